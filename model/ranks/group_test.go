package ranks

import (
	"errors"
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
	const ranks = 4
	faults := []struct {
		name, says string
		do         func(*Group)
	}{
		{"ends", "has closed its connection", func(g *Group) { g.Close() }},
		{"stalls", "has sent nothing for 300ms; see whether its process has ended or is stopped", func(*Group) {}},
		{"sends half a message", "has closed its connection", func(g *Group) {
			for _, l := range g.links {
				if l != nil {
					l.send(frame{allGather, g.calls + 1, 8}.encode()[:9])
				}
			}
			g.Close()
		}},
		{"sends half of its bytes", "has sent nothing for 300ms", func(g *Group) {
			for _, l := range g.links {
				if l != nil {
					l.send(append(frame{allGather, g.calls + 1, 8}.encode(), 1, 2, 3))
				}
			}
		}},
	}
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 18))
		for _, fault := range faults {
			victim, when, late := random.IntN(ranks), random.IntN(20), time.Duration(random.IntN(200))*time.Millisecond
			o := brief()
			o.Limit = 300 * time.Millisecond
			if fault.name == "sends half of its bytes" && victim == 0 {
				victim = 1 // rank 0 answers, and is to answer something that fits
			}
			groups := meeting(t, ranks, o)
			took := make([]time.Duration, ranks)
			for rank, err := range every(ranks, func(rank int) error {
				g := groups[rank]
				to := make([]byte, 8*ranks)
				for call := range 100 {
					if call == when && rank == victim {
						fault.do(g)
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
				if !ok || lost.Rank != victim || lost.Ranks != ranks || lost.Host != hostname() || !strings.Contains(err.Error(), fault.says) {
					t.Errorf("seed %d: rank %d %s at call %d, and rank %d says %v", seed, victim, fault.name, when, rank, err)
				}
				if most := o.Limit + late + leave + time.Second; took[rank] > most {
					t.Errorf("seed %d: rank %d %s, and rank %d says it after %v, want at most %v", seed, victim, fault.name, rank, took[rank], most)
				}
			}
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
