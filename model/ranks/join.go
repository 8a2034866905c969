package ranks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"time"
)

// dialTime is how long an attempt to reach rank 0 may take.
const dialTime = 5 * time.Second

// errStranger is the error of a listener that is not rank 0 of this run. It may go away.
var errStranger = errors.New("it does not answer as rank 0 of a Gorgan")

// join is a rank other than 0 at the rendezvous. It dials until rank 0 answers, and waits there for the others.
func join(ctx context.Context, p Place, o Options) (*Group, error) {
	host, _, _ := splitAddress(p.Rendezvous)
	var last error // that says more than that the time is over
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		l, err := knock(ctx, p, o)
		if err == nil {
			return wait(ctx, l, p, o)
		}
		if permanent, ok := errors.AsType[refusal](err); ok {
			return nil, permanent.error
		}
		if late, ok := errors.AsType[net.Error](err); last == nil || ctx.Err() == nil && !(ok && late.Timeout()) {
			last = err
		}
		if !sleep(ctx, pause) { // also where ctx has ended
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, fmt.Errorf("ranks: rank %d was interrupted before rank 0 at %s had answered: %w", p.Rank, p.Rendezvous, context.Canceled)
			}
			return nil, missing(0, p.Ranks, host, fmt.Sprintf("has not answered at %s within %v (%s); see whether its process was started and can be reached", p.Rendezvous, o.Wait, cause(last)))
		}
	}
}

// refusal is an error that another attempt would not mend.
type refusal struct{ error }

// knock makes one attempt to greet rank 0.
func knock(ctx context.Context, p Place, o Options) (*link, error) {
	conn, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, "tcp", p.Rendezvous)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	at, ok := conn.RemoteAddr().(*net.TCPAddr)
	if err := tokenFor(ok && at.IP.IsLoopback(), p, o); err != nil {
		conn.Close()
		return nil, refusal{err}
	}
	l := &link{Conn: conn, ranks: p.Ranks, limit: min(greetingTime, o.Limit)}
	if err := l.introduce(p, o); err != nil {
		conn.Close()
		return nil, err
	}
	l.limit = o.Limit
	return l, nil
}

// introduce exchanges greetings and proofs with who listens.
func (l *link) introduce(p Place, o Options) error {
	own := greet(p.Rank, p.Ranks, hostname())
	b := make([]byte, greetingSize+sha256.Size)
	if l.send(own.encode()) != nil || l.receive(b[:prefixSize]) != nil {
		return errStranger
	}
	switch v, ok := decodePrefix(b); {
	case !ok:
		return errStranger
	case v != version:
		return refusal{fmt.Errorf("ranks: rank 0 at %s speaks version %d of the protocol, and rank %d version %d; run the same version of the program everywhere", p.Rendezvous, v, p.Rank, version)}
	}
	if l.receive(b[prefixSize:]) != nil {
		return errStranger
	}
	zero, err := decodeGreeting(b)
	if err != nil || zero.rank != 0 {
		return errStranger
	}
	if !hmac.Equal(b[greetingSize:], prove(o.Token, true, zero, own)) {
		return refusal{fmt.Errorf("ranks: rank 0 at %s (host %s) has another token than rank %d; give all ranks the same", p.Rendezvous, zero.host, p.Rank)}
	}
	l.host = zero.host
	if l.send(prove(o.Token, false, own, zero)) != nil {
		return errStranger
	}
	return nil
}

// wait returns the group once rank 0 says that all have come. Rank 0 says what is wrong, and when it has waited
// long enough: ctx then only tells of an interruption.
func wait(ctx context.Context, l *link, p Place, o Options) (*Group, error) {
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			l.giveUp()
		}
	})
	f, err := l.receiveFrame()
	if !stop() && errors.Is(ctx.Err(), context.Canceled) {
		err = fmt.Errorf("ranks: rank %d was interrupted before all ranks had come: %w", p.Rank, context.Canceled)
	}
	if err == nil && f.kind != together {
		err = fmt.Errorf("ranks: rank 0 at %s sent %v where all ranks should be together; run the same version of the program everywhere", p.Rendezvous, f.kind)
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return &Group{rank: p.Rank, ranks: p.Ranks, limit: o.Limit, links: []*link{l}}, nil
}
