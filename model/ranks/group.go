package ranks

import (
	"errors"
	"fmt"
	"time"

	"gorgan/kernels"
)

// Group is a kernels.Group over TCP. All bytes go through rank 0, so it is for messages and not for gradients.
// A call returns an error once another rank has sent nothing for the limit. It is a kernels.RankError if that rank
// is missing, and the same for all ranks that are left. After an error each call returns it again.
type Group struct {
	rank, ranks int
	limit       time.Duration
	links       []*link // of rank 0: to the others, by rank, and nil for itself; of another rank: to rank 0
	calls       uint32
	broken      error
	spare       [][]byte // of rank 0: what the ranks send in an all-to-all
}

var errClosed = errors.New("ranks: the group is closed")

// Rank is the number of this process.
func (g *Group) Rank() int { return g.rank }

// Size is the number of ranks.
func (g *Group) Size() int { return g.ranks }

// Close ends the connections. The other ranks get an error from calls that this one has not made.
func (g *Group) Close() error {
	var failed error
	for _, l := range g.links {
		if l != nil && g.broken == nil {
			failed = errors.Join(failed, l.Close())
		}
	}
	if g.broken == nil {
		g.broken = errClosed
	}
	return failed
}

// AllToAll is as kernels.Group says.
func (g *Group) AllToAll(to, from []byte) error {
	if err := kernels.CheckAllToAllBytes(to, from, g.ranks); err != nil {
		return err
	}
	return g.call(allToAll, to, from)
}

// AllGather is as kernels.Group says.
func (g *Group) AllGather(to, from []byte) error {
	if err := kernels.CheckAllGatherBytes(to, from, g.ranks); err != nil {
		return err
	}
	return g.call(allGather, to, from)
}

func (g *Group) call(k kind, to, from []byte) error {
	if g.broken != nil {
		return g.broken
	}
	g.calls++
	call := frame{k, g.calls, uint64(len(from))}
	if g.rank > 0 {
		g.broken = g.follow(call, to, from)
		return g.broken
	}
	if g.broken = g.lead(call, to, from); g.broken != nil {
		tell(g.links, g.broken)
	}
	return g.broken
}

// follow sends what this rank has to rank 0 and takes what rank 0 answers. It reads meanwhile, for rank 0 may say
// that a rank is missing before it has taken everything.
func (g *Group) follow(call frame, to, from []byte) error {
	zero := g.links[0]
	sent := make(chan error, 1)
	go func() {
		if err := zero.send(call.encode()); err != nil {
			sent <- err
			return
		}
		sent <- zero.send(from)
	}()
	answer, err := zero.receiveFrame()
	if want := (frame{call.kind, call.call, uint64(len(to))}); err == nil && answer != want {
		err = fmt.Errorf("ranks: rank 0 answers call %d, %v of %d bytes, with call %d, %v of %d bytes; run the same version of the program everywhere",
			want.call, want.kind, want.bytes, answer.call, answer.kind, answer.bytes)
	}
	if err == nil {
		err = zero.receive(to)
	}
	if err != nil {
		zero.Close()
		<-sent
		return err
	}
	return <-sent
}

// lead takes what the ranks send, and sends each what is for it.
func (g *Group) lead(call frame, to, from []byte) error {
	n := len(to) / g.ranks
	taken := func(rank int) []byte { return to[rank*n:][:n] }
	if call.kind == allToAll {
		g.grow(len(from))
		taken = func(rank int) []byte { return g.spare[rank][:len(from)] }
		copy(to, from[:n])
	} else {
		copy(to, from)
	}
	err := g.each(true, func(l *link) error {
		f, err := l.receiveFrame()
		if err != nil {
			return err
		}
		if f != call {
			return fmt.Errorf("ranks: call %d of rank %d of %d is %v of %d bytes, and call %d of rank 0 is %v of %d bytes; all ranks must make the same calls in the same order",
				f.call, l.rank, l.ranks, f.kind, f.bytes, call.call, call.kind, call.bytes)
		}
		return l.receive(taken(l.rank))
	})
	if err != nil {
		return err
	}
	if call.kind == allToAll {
		for i := 1; i < g.ranks; i++ {
			copy(to[i*n:], g.spare[i][:n])
		}
	}
	answer := frame{call.kind, call.call, uint64(len(to))}.encode()
	return g.each(false, func(l *link) error {
		if err := l.send(answer); err != nil {
			return err
		}
		if call.kind == allGather {
			return l.send(to)
		}
		for i := range g.ranks {
			part := from
			if i > 0 {
				part = g.spare[i]
			}
			if err := l.send(part[l.rank*n:][:n]); err != nil {
				return err
			}
		}
		return nil
	})
}

// grow makes the spare bytes at least n for each rank.
func (g *Group) grow(n int) {
	if g.spare == nil {
		g.spare = make([][]byte, g.ranks)
	}
	for i := 1; i < g.ranks; i++ {
		if len(g.spare[i]) < n {
			g.spare[i] = make([]byte, n)
		}
	}
}

// each calls f for all links at the same time, and returns the first error. Meanwhile it tells the ranks to which
// f sends nothing that rank 0 is alive, so that they do not take it for the one that is missing. If f only
// receives, the first error ends it for all links.
func (g *Group) each(receives bool, f func(*link) error) error {
	type end struct {
		l   *link
		err error
	}
	ends := make(chan end, g.ranks)
	free := make([]bool, g.ranks) // to be told
	for _, l := range g.links[min(1, len(g.links)):] {
		if free[l.rank] = receives; receives {
			l.send(frame{kind: waiting}.encode()) // a rank that is gone is found below
		}
		go func() { ends <- end{l, f(l)} }()
	}
	alive := time.NewTicker(max(g.limit/4, time.Millisecond))
	defer alive.Stop()
	var first error
	for open := g.ranks - 1; open > 0; {
		select {
		case e := <-ends:
			open--
			free[e.l.rank] = e.err == nil
			if first == nil && e.err != nil {
				first = e.err
				for _, l := range g.links[1:] {
					if receives {
						l.giveUp()
					}
				}
			}
		case <-alive.C:
			for _, l := range g.links[1:] {
				if free[l.rank] {
					l.send(frame{kind: waiting}.encode())
				}
			}
		}
	}
	return first
}
