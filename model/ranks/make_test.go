package ranks

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// brief are options for ranks in one process. The limit is long enough for a machine that does other work too.
func brief() Options { return Options{Wait: 20 * time.Second, Limit: 2 * time.Second} }

// freeAddress is an address at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// every calls f for each rank in a goroutine of its own, and returns their errors.
func every(ranks int, f func(rank int) error) []error {
	failed := make([]error, ranks)
	var all sync.WaitGroup
	for rank := range ranks {
		all.Go(func() { failed[rank] = f(rank) })
	}
	all.Wait()
	return failed
}

// meeting returns the groups of ranks that have met.
func meeting(t *testing.T, ranks int, o Options) []*Group {
	t.Helper()
	address := freeAddress(t)
	groups := make([]*Group, ranks)
	for rank, err := range every(ranks, func(rank int) (err error) {
		groups[rank], err = Meet(context.Background(), Place{Rank: rank, Ranks: ranks, Rendezvous: address}, o)
		return err
	}) {
		if err != nil {
			t.Fatalf("rank %d of %d: %v", rank, ranks, err)
		}
	}
	t.Cleanup(func() {
		for _, g := range groups {
			g.Close()
		}
	})
	return groups
}
