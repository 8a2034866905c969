//go:build mpi

package mpi

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"gorgan/kernels"
)

// exchange is a call of the group. Part j of from begins at j·stride, part i of to at i·part, and each has part bytes.
type exchange struct {
	what         string
	to, from     []byte
	part, stride int
}

func gather(what string, to, from []byte) exchange { return exchange{what, to, from, len(from), 0} }

// message is what a request of the same index is for.
type message struct {
	peer, bytes int
	kind        kind
}

type kind int

const (
	ended kind = iota // is under way no more
	sending
	receiving
	hearing // a farewell
	leaving // with one
)

// poller makes the calls of MPI. All its methods must run on the thread that has initialised it.
type poller struct {
	library
	rank, size int
	limit      time.Duration
	piece      int            // the most bytes of a message
	messages   []message      // those for farewells, and then those of the exchange under way
	hosts      []string       // by rank
	farewells  [][]byte       // by rank: memory for what one says that leaves
	heard      bool           // if a rank has left, and told all others too
	pinned     runtime.Pinner // of the exchange under way: MPI keeps the addresses of its bytes
	held       runtime.Pinner // for good
}

// exchange returns after all messages of x have arrived. After an error they stay pinned, for MPI may still write
// what it was promised the memory for.
func (p *poller) exchange(x exchange) error {
	err := p.move(x)
	if err != nil && !p.heard {
		p.leave(err)
	}
	return err
}

func (p *poller) move(x exchange) error {
	copy(x.to[p.rank*x.part:][:x.part], x.from[p.rank*x.stride:])
	if p.size == 1 || x.part == 0 {
		return nil
	}
	p.pinned.Pin(unsafe.SliceData(x.to))
	p.pinned.Pin(unsafe.SliceData(x.from))
	p.keep(p.size - 1)
	p.messages = p.messages[:p.size-1]
	// Each rank begins with its neighbour, so that they do not all send to the same one.
	for k := 1; k < p.size; k++ {
		from := (p.rank + p.size - k) % p.size
		if err := p.post(x, from, x.to[from*x.part:][:x.part], receiving); err != nil {
			return err
		}
	}
	for k := 1; k < p.size; k++ {
		to := (p.rank + k) % p.size
		if err := p.post(x, to, x.from[to*x.stride:][:x.part], sending); err != nil {
			return err
		}
	}
	if err := p.wait(x); err != nil {
		return err
	}
	p.pinned.Unpin()
	return nil
}

// post begins to send bytes to peer, or to receive them, piece by piece. Pieces between two ranks keep their order.
func (p *poller) post(x exchange, peer int, bytes []byte, k kind) error {
	for len(bytes) > 0 {
		n := min(p.piece, len(bytes))
		if err := p.start(peer, bytes[:n], k); err != nil {
			return p.lost(peer, fmt.Sprintf("cannot be reached in %s: %v", x.what, err))
		}
		p.messages = append(p.messages, message{peer, n, k})
		bytes = bytes[n:]
	}
	return nil
}

const (
	spin       = 50 * time.Microsecond  // polls that long without a pause
	pauseShare = 32                     // then a pause is that part of what was waited, so it costs 3 % of the time
	longest    = time.Millisecond       // of the pauses
	longPoll   = 100 * time.Millisecond // one that takes longer did not wait: the process was stopped
)

// wait polls until all messages have arrived or been taken, and returns an error when none of them has for the limit.
func (p *poller) wait(x exchange) error {
	waited, before := time.Duration(0), time.Now()
	for open := len(p.messages) - len(p.farewells) + 1; open > 0; {
		done, err := p.poll()
		if err != nil {
			return fmt.Errorf("mpi: %s: %w", x.what, err)
		}
		for d := range done {
			if err := p.check(x, d); err != nil {
				return err
			}
		}
		open -= done
		now := time.Now()
		waited += min(now.Sub(before), longPoll)
		before = now
		switch {
		case done > 0:
			waited = 0
		case waited >= p.limit:
			return p.missing()
		case waited > spin:
			pause(min(waited/pauseShare, longest))
		}
	}
	return nil
}

// check returns an error unless the d-th message that the poll found has done what it should.
func (p *poller) check(x exchange, d int) error {
	i, bytes, err := p.at(d)
	m := p.messages[i]
	if m.kind == hearing && err == nil {
		p.heard = true
		return p.told(m.peer, string(p.farewells[m.peer][:bytes]))
	}
	if other := m.kind == receiving && bytes != m.bytes; err == errLonger || err == nil && other {
		sent := strconv.Itoa(bytes)
		if err != nil {
			sent = "more"
		}
		return fmt.Errorf("mpi: %s: rank %d of %d sent %s bytes to rank %d, want %d; all ranks must make the same calls in the same order", x.what, m.peer, p.size, sent, p.rank, m.bytes)
	}
	if err != nil {
		return p.lost(m.peer, fmt.Sprintf("cannot be reached in %s: %v", x.what, err))
	}
	p.messages[i].kind = ended
	return nil
}

// missing names the ranks that messages of the exchange wait for.
func (p *poller) missing() error {
	var ranks []int
	for rank := range p.size {
		if slices.ContainsFunc(p.messages, func(m message) bool {
			return m.peer == rank && (m.kind == sending || m.kind == receiving)
		}) {
			ranks = append(ranks, rank)
		}
	}
	others := ""
	for i, rank := range ranks[1:] {
		others += []string{", nor has rank ", ", "}[min(i, 1)] + strconv.Itoa(rank)
	}
	return p.lost(ranks[0], fmt.Sprintf("has sent nothing for %v%s; see whether its process has ended or is stopped", p.limit, others))
}

// lost is the error of a rank that has a trouble.
func (p *poller) lost(rank int, trouble string) error {
	e := kernels.RankError{Rank: rank, Ranks: p.size, Trouble: trouble}
	if p.hosts != nil {
		e.Host = p.hosts[rank]
	}
	return fmt.Errorf("mpi: %w", e)
}
