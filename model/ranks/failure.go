package ranks

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"gorgan/kernels"
)

// leave is how long rank 0 waits for the others to read why the group has failed.
const leave = time.Second

// missing returns the error of a rank that takes no part in the run.
func missing(rank, ranks int, host, trouble string) error {
	return fmt.Errorf("ranks: %w", kernels.RankError{Rank: rank, Ranks: ranks, Host: host, Trouble: trouble})
}

// failureOf returns what the other ranks are told of err.
func failureOf(err error) failure {
	if lost, ok := errors.AsType[kernels.RankError](err); ok {
		return failure{lost.Rank, lost.Host, lost.Trouble}
	}
	return failure{-1, "", err.Error()}
}

// err returns the error that rank 0 had.
func (f failure) err(ranks int) error {
	if f.rank >= 0 && f.rank < ranks {
		return missing(f.rank, ranks, f.host, f.text)
	}
	return errors.New(f.text)
}

// tell sends err to the ranks at the other ends, also to the one that is missing, which may only be slow, and
// closes the connections. It first reads what they still send:
// who closes a connection with bytes unread takes back what he sent.
func tell(links []*link, err error) {
	why := failureOf(err)
	message := append(frame{kind: failed, bytes: failureSize}.encode(), why.encode()...)
	var all sync.WaitGroup
	for _, l := range links {
		if l == nil {
			continue
		}
		all.Go(func() {
			defer l.Close()
			l.SetDeadline(time.Now().Add(leave))
			if _, err := l.Write(message); err != nil {
				return
			}
			if half, ok := l.Conn.(interface{ CloseWrite() error }); ok {
				half.CloseWrite()
			}
			io.Copy(io.Discard, l.Conn)
		})
	}
	all.Wait()
}
