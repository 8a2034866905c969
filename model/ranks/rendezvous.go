package ranks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

const (
	// DefaultWait is how long the ranks wait for each other at the rendezvous.
	DefaultWait = 5 * time.Minute
	// DefaultLimit is how long a call waits for a rank that sends nothing.
	DefaultLimit = 30 * time.Second
	// TokenSize is the fewest bytes of a token.
	TokenSize = 16
)

// Options are how the ranks meet.
type Options struct {
	// Token is a secret of at least TokenSize random bytes that all ranks share. It is required where the rendezvous
	// is not on the loopback interface. It is used if it is there.
	Token []byte
	// Wait is how long the ranks wait for each other. 0 stands for DefaultWait.
	Wait time.Duration
	// Limit is how long a call waits for a rank that sends nothing, and is longer than what one rank computes while
	// the others wait. 0 stands for DefaultLimit.
	Limit time.Duration
}

// Meet returns the group of the ranks once all of them have called it. Rank 0 listens at p.Rendezvous, and the
// others dial until it answers. Each rank shows the other side that it knows the token. The error is a
// kernels.RankError if a rank did not come. The caller closes the group.
func Meet(ctx context.Context, p Place, o Options) (*Group, error) {
	if o.Wait == 0 {
		o.Wait = DefaultWait
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	switch {
	case p.Ranks < 1 || p.Ranks > Most || p.Rank < 0 || p.Rank >= p.Ranks:
		return nil, fmt.Errorf("ranks: this process is rank %d of %d, want a rank from 0 on that is less than the number of ranks, which is at most %d", p.Rank, p.Ranks, Most)
	case p.Ranks == 1:
		return &Group{ranks: 1, limit: o.Limit}, nil
	case p.Rendezvous == "":
		return nil, fmt.Errorf("ranks: nothing says where the %d ranks meet; give --rendezvous HOST:PORT, a port of rank 0's machine", p.Ranks)
	case len(o.Token) > 0 && len(o.Token) < TokenSize:
		return nil, fmt.Errorf("ranks: the token has %d bytes, want at least %d random ones", len(o.Token), TokenSize)
	}
	if _, _, err := splitAddress(p.Rendezvous); err != nil {
		return nil, fmt.Errorf("ranks: the rendezvous is %q, %w", p.Rendezvous, err)
	}
	ctx, cancel := context.WithTimeout(ctx, o.Wait)
	defer cancel()
	if p.Rank > 0 {
		return join(ctx, p, o)
	}
	listener, err := listen(ctx, p, o)
	if err != nil {
		return nil, err
	}
	return gather(ctx, listener, p, o)
}

// listen opens the rendezvous of rank 0. It waits for a name that is not known yet, as that of a pod that starts.
func listen(ctx context.Context, p Place, o Options) (net.Listener, error) {
	host, port, _ := splitAddress(p.Rendezvous)
	var found []netip.Addr
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		var err error
		if found, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host); err == nil {
			break
		}
		if !sleep(ctx, pause) {
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, fmt.Errorf("ranks: rank 0 was interrupted before the address of %s was found: %w", p.Rendezvous, context.Canceled)
			}
			return nil, fmt.Errorf("ranks: rank 0 cannot find the address of the rendezvous %s (%w); give --rendezvous HOST:PORT with a name or an address of its machine", p.Rendezvous, err)
		}
	}
	at := found[0].Unmap()
	for _, a := range found {
		if a = a.Unmap(); a.Is4() {
			at = a
			break
		}
	}
	if at.IsLoopback() && p.LocalRanks > 0 && p.LocalRanks < p.Ranks {
		return nil, fmt.Errorf("ranks: the rendezvous %s is %v on rank 0's machine, which no other machine reaches, and has %d of %d ranks; give --rendezvous HOST:PORT with an address of its network", p.Rendezvous, at, p.LocalRanks, p.Ranks)
	}
	if err := tokenFor(at.IsLoopback(), p, o); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(at.String(), port))
	if err != nil {
		return nil, fmt.Errorf("ranks: rank 0 cannot listen at %s (%s); give --rendezvous HOST:PORT with an address of rank 0's machine and a port that is free", p.Rendezvous, cause(err))
	}
	return l, nil
}

// tokenFor returns an error if the rendezvous can be reached from other machines and there is no token.
func tokenFor(loopback bool, p Place, o Options) error {
	if loopback || len(o.Token) > 0 {
		return nil
	}
	return fmt.Errorf("ranks: the rendezvous %s can be reached from other machines, so the ranks need a token, the same at least %d random bytes for all of them", p.Rendezvous, TokenSize)
}

// hostname is the name of this machine for messages.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// The pauses between two attempts.
const (
	firstPause   = 20 * time.Millisecond
	longestPause = time.Second
)

// sleep reports whether the time passed before the end of ctx.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
