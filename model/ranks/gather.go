package ranks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

const (
	// strangers is how many connections may be unproved at a time.
	strangers = 128
	// greetingTime is how long a connection may take to prove that it is a rank.
	greetingTime = 5 * time.Second
)

// arrival is a connection that has proved to be a rank's, or why it has not.
type arrival struct {
	link *link
	err  error
}

// gather is rank 0 at the rendezvous. It returns once all ranks have come, or with an error that it has told those
// that came. Whoever does not prove that he knows the token is sent away and forgotten.
func gather(ctx context.Context, listener net.Listener, p Place, o Options) (*Group, error) {
	g := &Group{ranks: p.Ranks, limit: o.Limit, links: make([]*link, p.Ranks)}
	err := g.welcome(ctx, listener, o)
	if err == nil {
		err = g.each(false, func(l *link) error { return l.send(frame{kind: together}.encode()) })
	}
	if err != nil {
		tell(g.links, err)
		return nil, err
	}
	return g, nil
}

// welcome fills g's links with the ranks that come. It has ended all that it began when it returns.
func (g *Group) welcome(ctx context.Context, listener net.Listener, o Options) error {
	arrivals := make(chan arrival)
	inside, leave := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { accept(inside, listener, g.ranks, o, arrivals) })
	defer all.Wait()
	defer leave()
	defer listener.Close()
	alive := time.NewTicker(max(o.Limit/4, time.Millisecond))
	defer alive.Stop()
	var last error // of a stranger
	for missing := g.ranks - 1; missing > 0; {
		select {
		case a := <-arrivals:
			if a.err != nil {
				last = a.err
				continue
			}
			isNew, err := g.seat(a.link)
			if err != nil {
				tell([]*link{a.link}, err)
				return err
			}
			if isNew {
				missing--
			}
		case <-alive.C:
			for _, l := range g.links {
				if l != nil {
					l.send(frame{kind: waiting}.encode())
				}
			}
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return fmt.Errorf("ranks: rank 0 was interrupted before all ranks had come: %w", context.Canceled)
			}
			return g.absent(o.Wait, last)
		}
	}
	return nil
}

// seat takes in a rank that has come, and reports whether it is one that was missing. A rank may come again if its
// process was started again.
func (g *Group) seat(l *link) (isNew bool, err error) {
	before := g.links[min(l.rank, g.ranks-1)]
	switch {
	case l.ranks != g.ranks:
		return false, fmt.Errorf("ranks: rank %d (host %s) was told that there are %d ranks, and rank 0 that there are %d; start all with the same number of ranks", l.rank, l.host, l.ranks, g.ranks)
	case before == nil:
		g.links[l.rank] = l
		return true, nil
	case before.gone():
		before.Close()
		g.links[l.rank] = l
		return false, nil
	}
	return false, fmt.Errorf("ranks: two processes say that they are rank %d of %d (hosts %s and %s); give each a rank of its own", l.rank, g.ranks, before.host, l.host)
}

// absent is the error of the first rank that has not come, and tells of the others.
func (g *Group) absent(wait time.Duration, last error) error {
	first, others := 0, []string{}
	for rank := 1; rank < g.ranks; rank++ {
		switch {
		case g.links[rank] != nil:
		case first == 0:
			first = rank
		default:
			others = append(others, fmt.Sprint(rank))
		}
	}
	trouble := fmt.Sprintf("has not come within %v", wait)
	if len(others) > 8 {
		others = append(others[:8], fmt.Sprintf("%d more", len(others)-8))
	}
	if len(others) > 0 {
		trouble += ", nor has rank " + strings.Join(others, ", ")
	}
	trouble += "; see whether its process was started and reaches rank 0"
	if last != nil {
		trouble += fmt.Sprintf(" (somebody else came: %v)", last)
	}
	return missing(first, g.ranks, "", trouble)
}

// accept lets in who comes, until ctx ends or the listener is closed.
func accept(ctx context.Context, listener net.Listener, ranks int, o Options, arrivals chan<- arrival) {
	var all sync.WaitGroup
	defer all.Wait()
	places := make(chan struct{}, strangers)
	own := hostname()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			if err == nil {
				conn.Close()
			}
			return
		}
		if err != nil { // too many open files, for a while
			sleep(ctx, firstPause)
			continue
		}
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
			l, err := examine(conn, greet(0, ranks, own), o)
			stop()
			if err != nil {
				conn.Close()
				err = fmt.Errorf("from %v, %w", conn.RemoteAddr(), err)
			}
			select {
			case arrivals <- arrival{l, err}:
			case <-ctx.Done():
				conn.Close()
			}
		})
	}
}

// examine exchanges greetings and proofs with who dialled, and returns the rank that it is.
func examine(conn net.Conn, own greeting, o Options) (*link, error) {
	l := &link{Conn: conn, limit: min(greetingTime, o.Limit)}
	b := make([]byte, greetingSize)
	if l.receive(b[:prefixSize]) != nil {
		return nil, errors.New("which sent no greeting")
	}
	switch v, ok := decodePrefix(b); {
	case !ok:
		return nil, errors.New("which is no rank of a Gorgan")
	case v != version:
		l.send(own.encode()) // says our version
		return nil, fmt.Errorf("which speaks version %d of the protocol, and this program %d", v, version)
	}
	if l.receive(b[prefixSize:]) != nil {
		return nil, errors.New("which sent half a greeting")
	}
	other, err := decodeGreeting(b)
	if err != nil {
		return nil, fmt.Errorf("which %w", err)
	}
	if other.rank == 0 {
		return nil, errors.New("which says that it is rank 0, as this process is")
	}
	name := fmt.Sprintf("which says that it is rank %d on host %s", other.rank, other.host)
	proof := make([]byte, sha256.Size)
	if l.send(append(own.encode(), prove(o.Token, true, own, other)...)) != nil || l.receive(proof) != nil {
		return nil, fmt.Errorf("%s and sent no proof that it has the token", name)
	}
	if !hmac.Equal(proof, prove(o.Token, false, other, own)) {
		return nil, fmt.Errorf("%s and has another token", name)
	}
	l.rank, l.ranks, l.host, l.limit = other.rank, other.ranks, other.host, o.Limit
	return l, nil
}
