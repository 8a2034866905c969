package ranks

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

// TestGroup: ranks that meet over TCP keep the promises of a group, by themselves and under a device.
func TestGroup(t *testing.T) {
	for _, ranks := range []int{1, 2, 3, 5} {
		o := brief()
		o.Token = []byte("sixteen or more bytes")
		groups := meeting(t, ranks, o)
		for rank, err := range every(ranks, func(rank int) error {
			dev := cpu.NewRank(1, groups[rank])
			defer dev.Close()
			return errors.Join(kerneltest.Exchange(dev), kerneltest.Group(groups[rank]))
		}) {
			if err != nil {
				t.Errorf("rank %d of %d: %v", rank, ranks, err)
			}
		}
	}
}

// TestLost: a rank that ends, stalls, or breaks off in the middle of a message, at a call that a seed chooses, is
// named by all others within the limit.
func TestLost(t *testing.T) {
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 18))
			for _, f := range faults {
				f.strike(t, random)
			}
		})
	}
}

// fault is what a rank does at a call, and what the others say of it.
type fault struct {
	name, says string
	do         func(*Group)
}

var faults = []fault{
	{"ends", "has closed its connection", func(g *Group) { g.Close() }},
	{"stalls", "has sent nothing for 600ms; see whether its process has ended or is stopped", func(*Group) {}},
	{"sends half a message", "has closed its connection", func(g *Group) {
		for _, l := range g.links {
			if l != nil {
				l.send(frame{allGather, g.calls + 1, 8}.encode()[:9])
			}
		}
		g.Close()
	}},
	{"sends half of its bytes", "has sent nothing for 600ms", func(g *Group) {
		for _, l := range g.links {
			if l != nil {
				l.send(append(frame{allGather, g.calls + 1, 8}.encode(), 1, 2, 3))
			}
		}
	}},
}

// strike lets a random rank of four have the fault at a random call.
func (f fault) strike(t *testing.T, random *rand.Rand) {
	const ranks = 4
	victim, when, late := random.IntN(ranks), random.IntN(20), time.Duration(random.IntN(300))*time.Millisecond
	if f.name == "sends half of its bytes" && victim == 0 {
		victim = 1 // rank 0 answers, and not with what the fault sends
	}
	o := brief()
	o.Limit = 600 * time.Millisecond
	groups := meeting(t, ranks, o)
	took := make([]time.Duration, ranks)
	for rank, err := range every(ranks, func(rank int) error {
		g := groups[rank]
		to := make([]byte, 8*ranks)
		for call := range 100 {
			if call == when && rank == victim {
				f.do(g)
				return nil
			}
			if call == when && rank == (victim+1)%ranks {
				time.Sleep(late) // a rank that is late is not the one that is named
			}
			began := time.Now()
			if err := g.AllGather(to, make([]byte, 8)); err != nil {
				took[rank] = time.Since(began)
				if again := g.AllToAll(to, to); again != err {
					t.Errorf("after %v, a call returned %v", err, again)
				}
				return err
			}
		}
		return errors.New("100 calls went well")
	}) {
		if rank == victim {
			continue
		}
		lost, ok := errors.AsType[kernels.RankError](err)
		if !ok || lost.Rank != victim || lost.Ranks != ranks || lost.Host != hostname() || !strings.Contains(err.Error(), f.says) {
			t.Errorf("rank %d %s at call %d, and rank %d says %v", victim, f.name, when, rank, err)
		}
		if most := o.Limit + late + leave + time.Second; took[rank] > most {
			t.Errorf("rank %d %s, and rank %d says it after %v, want at most %v", victim, f.name, rank, took[rank], most)
		}
	}
}

// TestAtOnce: a rank that ends is named at once, though another is not in the call yet.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	o := brief()
	o.Limit = 20 * time.Second
	groups := meeting(t, 4, o)
	groups[1].Close()
	began := time.Now()
	for i, err := range every(2, func(i int) error {
		return groups[3*i].AllGather(make([]byte, 4), make([]byte, 1)) // ranks 0 and 3
	}) {
		if lost, ok := errors.AsType[kernels.RankError](err); !ok || lost.Rank != 1 {
			t.Errorf("rank %d says %v", 3*i, err)
		}
	}
	if took := time.Since(began); took > o.Limit/2 {
		t.Errorf("it took %v", took)
	}
}

// TestNearTheLimit: ranks that come to a call one after the other, each just in time for the one before, are not
// taken for missing.
func TestNearTheLimit(t *testing.T) {
	t.Parallel()
	groups := meeting(t, 3, brief())
	for rank, err := range every(3, func(rank int) error {
		time.Sleep([]time.Duration{1700, 0, 3300}[rank] * time.Millisecond)
		return groups[rank].AllGather(make([]byte, 3), make([]byte, 1))
	}) {
		if err != nil {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
}

// TestPatience: a call takes longer than the limit if rank 0 waits for a rank that sends little by little.
func TestPatience(t *testing.T) {
	o := brief()
	o.Limit = 400 * time.Millisecond
	groups := meeting(t, 3, o)
	const n = 10
	for rank, err := range every(3, func(rank int) error {
		g := groups[rank]
		if rank != 1 {
			return g.AllGather(make([]byte, 3*n), make([]byte, n))
		}
		g.calls++
		for _, b := range append(frame{allGather, 1, n}.encode(), make([]byte, n)...) {
			time.Sleep(o.Limit / 10)
			if err := g.links[0].send([]byte{b}); err != nil {
				return err
			}
		}
		_, err := g.links[0].receiveFrame()
		return err
	}) {
		if err != nil {
			t.Errorf("rank %d: %v", rank, err)
		}
	}
}

// TestOtherCall: ranks that make different calls are told which, all in the same words.
func TestOtherCall(t *testing.T) {
	groups := meeting(t, 3, brief())
	for rank, err := range every(3, func(rank int) error {
		if rank == 2 {
			return groups[2].AllToAll(make([]byte, 6), make([]byte, 6))
		}
		return groups[rank].AllGather(make([]byte, 15), make([]byte, 5))
	}) {
		want := "ranks: call 1 of rank 2 of 3 is an all-to-all of 6 bytes, and call 1 of rank 0 is an all-gather of 5 bytes; all ranks must make the same calls in the same order"
		if err == nil || err.Error() != want {
			t.Errorf("rank %d says %v, want %s", rank, err, want)
		}
	}
}

// TestClosed: a closed group says so, and closing it again does no harm.
func TestClosed(t *testing.T) {
	for _, g := range meeting(t, 2, brief()) {
		if err := errors.Join(g.Close(), g.Close()); err != nil {
			t.Error(err)
		}
		if err := g.AllGather(make([]byte, 2), make([]byte, 1)); !errors.Is(err, errClosed) {
			t.Errorf("a call of a closed group returned %v", err)
		}
	}
}
