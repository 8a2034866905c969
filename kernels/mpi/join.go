//go:build mpi

package mpi

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"gorgan/kernels"
)

// pieceBytes is the most that one message has. Each that arrives begins the limit anew, so a slow network must
// bring one within it: half a megabyte in a second, if that is 30 seconds. MPI counts to 2³¹-1.
const pieceBytes = 16 << 20

// group is the ranks as the callers have them. The goroutine that makes the calls of MPI gets its work from calls
// and answers each with done.
type group struct {
	rank, size int
	limit      time.Duration
	calls      chan exchange
	done       chan error
	broken     error // what every exchange returns, if not nil
}

var errClosed = errors.New("mpi: the group is closed")

// Join initialises MPI and returns all processes that the launcher (mpirun, srun) started together. Without a
// launcher it is one rank alone. It can be called once in a process. limit is how long a rank waits in a call when
// nothing arrives, and must be longer than any rank computes between two calls.
func Join(limit time.Duration) (Group, error) { return join(limit, pieceBytes) }

func join(limit time.Duration, piece int) (Group, error) {
	if limit <= 0 {
		return nil, fmt.Errorf("mpi: the limit is %v, want more than 0", limit)
	}
	g := &group{limit: limit, calls: make(chan exchange), done: make(chan error, 1)}
	go func() {
		runtime.LockOSThread() // for good: the thread that has initialised MPI must finalise it
		c, err := initialise(limit, piece)
		if err == nil {
			g.rank, g.size = c.rank, c.size
		}
		g.done <- err
		if err != nil {
			return
		}
		g.done <- c.meet()
		// After an error the goroutine waits here for ever, and keeps what is pinned.
		for x := range g.calls {
			g.done <- c.exchange(x)
		}
		g.done <- c.finalise()
	}()
	if err := g.await("MPI_Init_thread"); err != nil {
		return nil, err
	}
	if err := <-g.done; err != nil {
		return nil, err
	}
	return g, nil
}

const hostBytes = 64

// meet gathers the names of all ranks' hosts.
func (p *poller) meet() error {
	name, _ := os.Hostname() // an error names no host
	from, to := make([]byte, hostBytes), make([]byte, p.size*hostBytes)
	copy(from, name)
	if err := p.exchange(gather("joining", to, from)); err != nil {
		return err
	}
	for at := range slices.Chunk(to, hostBytes) {
		p.hosts = append(p.hosts, string(bytes.TrimRight(at, "\x00")))
	}
	return nil
}

func (g *group) Rank() int { return g.rank }

func (g *group) Size() int { return g.size }

func (g *group) AllToAll(to, from []byte) error {
	if err := kernels.CheckAllToAllBytes(to, from, g.size); err != nil {
		return err
	}
	part := len(from) / g.size
	return g.call(exchange{"an all-to-all", to, from, part, part})
}

func (g *group) AllGather(to, from []byte) error {
	if err := kernels.CheckAllGatherBytes(to, from, g.size); err != nil {
		return err
	}
	return g.call(gather("an all-gather", to, from))
}

func (g *group) call(x exchange) error {
	if g.broken == nil {
		g.calls <- x
		g.broken = <-g.done
	}
	return g.broken
}

func (g *group) Close() error {
	if g.broken != nil {
		return nil
	}
	// MPI_Finalize knows no limit, so the ranks first find out whether all of them are here.
	if err := g.call(gather("closing the group", make([]byte, g.size), make([]byte, 1))); err != nil {
		return err
	}
	g.broken = errClosed
	close(g.calls)
	return g.await("MPI_Finalize")
}

// await returns the answer of a call of MPI that may block.
func (g *group) await(what string) error {
	select {
	case err := <-g.done:
		return err
	case <-time.After(g.limit):
		return fmt.Errorf("mpi: %s has not returned for %v; see whether all ranks were started, and whether one has ended or is stopped", what, g.limit)
	}
}
