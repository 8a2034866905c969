package cpu

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestPoolParts: each part is done once, and no two at a time by one worker.
func TestPoolParts(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 9} {
		p := newPool(workers)
		busy := make([]atomic.Bool, workers)
		for round := range 2000 {
			parts := 1 + round%13
			done := make([]atomic.Int32, parts)
			p.share(parts, func(worker, part int) {
				if busy[worker].Swap(true) {
					t.Errorf("worker %d has two parts at a time", worker)
				}
				done[part].Add(1)
				busy[worker].Store(false)
			})
			for part := range done {
				if n := done[part].Load(); n != 1 {
					t.Fatalf("%d workers: part %d of %d was done %d times", workers, part, parts, n)
				}
			}
			if round%500 == 0 {
				time.Sleep(2 * spinFor) // the workers fall asleep
			}
		}
		p.close()
	}
}

// TestPoolWakes: no wake-up is lost, neither one that came before the sleep nor
// where all waiting is sleep.
func TestPoolWakes(t *testing.T) {
	p := startPool(2, false)
	defer p.close()
	late := sleeper{wake: make(chan struct{}, 1)}
	p.await(&late, func() bool { return true })
	for range 20_000 {
		p.share(2, func(int, int) {})
	}
}

// TestPoolShares: the caller does not do all parts alone.
func TestPoolShares(t *testing.T) {
	p := newPool(2)
	defer p.close()
	both := make(chan bool)
	p.share(2, func(int, int) {
		select {
		case both <- true:
		case <-both:
		case <-time.After(10 * time.Second):
			t.Error("the other part has not begun")
		}
	})
}

// TestPoolSleeps: idle workers sleep.
func TestPoolSleeps(t *testing.T) {
	p := newPool(2)
	defer p.close()
	p.share(2, func(int, int) {})
	for range 1000 {
		time.Sleep(10 * time.Millisecond)
		if p.workers[0].asleep.Load() {
			return
		}
	}
	t.Error("the worker still spins")
}

// TestPoolOneProcessor: more workers than processors neither stop nor crawl.
func TestPoolOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := newPool(4)
	defer p.close()
	if p.spins {
		t.Error("workers without a processor spin")
	}
	start := time.Now()
	for range 1000 {
		p.share(4, func(int, int) {})
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("1000 shares took %v", took)
	}
}

func TestPoolAllocatesNothing(t *testing.T) {
	p := newPool(3)
	defer p.close()
	var sum atomic.Int64
	run := func(_, part int) { sum.Add(int64(part)) }
	if n := testing.AllocsPerRun(100, func() { p.share(3, run) }); n > 0 {
		t.Errorf("%v allocations a share", n)
	}
}

func BenchmarkShare(b *testing.B) {
	for name, pause := range map[string]time.Duration{"busy": 0, "gaps of 10 µs": 10 * time.Microsecond, "asleep": 300 * time.Microsecond} {
		b.Run(name, func(b *testing.B) {
			p := newPool(2)
			defer p.close()
			var took time.Duration
			run := func(int, int) {}
			for b.Loop() {
				for start := time.Now(); time.Since(start) < pause; {
				}
				start := time.Now()
				p.share(2, run)
				took += time.Since(start)
			}
			b.ReportMetric(float64(took)/float64(b.N), "ns/share")
		})
	}
}
