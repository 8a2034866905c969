package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Long enough to bridge the gaps between the passes of a step, short enough that
// an idle process costs nothing.
const spinFor = 50 * time.Microsecond

// pool is a fixed set of goroutines that share out independent parts of work. Who
// waits, for work or for its end, spins for a while and then sleeps: a wake-up
// costs as much as a small pass over memory.
//
// Each worker first takes the parts of its own queue, the same ones whenever the
// work is the same, for they may still be in its cache; then those that others
// have not begun, so that a worker that comes late, or not at all, holds nothing up.
type pool struct {
	run   func(worker, part int) // the work under way, and
	parts int                    // its number of parts
	spins bool

	_      [64]byte
	job    atomic.Uint32 // number of the work
	_      [60]byte
	undone atomic.Int64 // parts not yet done
	_      [56]byte

	queues  []queue // one a worker
	caller  sleeper
	workers []*sleeper
	closed  atomic.Bool
	wait    sync.WaitGroup
}

// queue is the number of the work, then in the low half the parts not yet taken.
type queue struct {
	state atomic.Uint64
	_     [56]byte // each on a cache line of its own
}

// sleeper is one that waits. It says so in asleep, and who sets that back sends
// one wake.
type sleeper struct {
	asleep atomic.Bool
	wake   chan struct{}
}

// newPool starts workers-1 goroutines: the caller of share is a worker too. With more
// workers than processors, who spins would keep others from working.
func newPool(workers int) *pool { return startPool(workers, workers <= runtime.GOMAXPROCS(0)) }

func startPool(workers int, spins bool) *pool {
	p := &pool{
		spins:   spins,
		caller:  sleeper{wake: make(chan struct{}, 1)},
		queues:  make([]queue, workers),
		workers: make([]*sleeper, workers-1),
	}
	for i := range p.workers {
		s := &sleeper{wake: make(chan struct{}, 1)}
		p.workers[i] = s
		p.wait.Go(func() {
			for !p.closed.Load() {
				seen := p.job.Load()
				p.work(i + 1)
				p.await(s, func() bool { return p.job.Load() != seen || p.closed.Load() })
			}
		})
	}
	return p
}

// size is the number of workers.
func (p *pool) size() int { return len(p.workers) + 1 }

// share calls run for every part, each once, and returns when all are done. At any
// time one call at most has a given worker, 0 to size()-1.
func (p *pool) share(parts int, run func(worker, part int)) {
	if parts == 1 || len(p.workers) == 0 {
		for part := range parts {
			run(0, part)
		}
		return
	}
	p.run, p.parts = run, parts
	p.undone.Store(int64(parts))
	job := p.job.Load() + 1
	for i := range p.sharers() {
		first, end := p.own(i)
		p.queues[i].state.Store(uint64(job)<<32 | uint64(end-first))
	}
	p.job.Store(job)
	for _, s := range p.workers[:p.sharers()-1] {
		s.rouse()
	}
	p.work(0)
	for p.undone.Load() != 0 {
		p.await(&p.caller, p.done)
	}
}

func (p *pool) done() bool { return p.undone.Load() == 0 }

// sharers is the number of workers that have parts of their own.
func (p *pool) sharers() int { return min(p.parts, p.size()) }

// own are the parts in worker i's queue.
func (p *pool) own(i int) (first, end int) {
	return i * p.parts / p.sharers(), (i + 1) * p.parts / p.sharers()
}

// work takes and does parts until none is left.
func (p *pool) work(worker int) {
	for i := range p.queues {
		from := (worker + i) % len(p.queues)
		for p.take(worker, from) {
		}
	}
}

// take does one part of a queue. That run and parts are of the work the part was
// taken from is sure: share does not return before the part is done.
func (p *pool) take(worker, from int) bool {
	q := &p.queues[from].state
	s := q.Load()
	left := int(uint32(s))
	for left > 0 && !q.CompareAndSwap(s, s-1) {
		s = q.Load()
		left = int(uint32(s))
	}
	if left == 0 {
		return false
	}
	_, end := p.own(from)
	p.run(worker, end-left)
	if p.undone.Add(-1) == 0 {
		p.caller.rouse()
	}
	return true
}

// await returns when ready, or now and then before.
func (p *pool) await(s *sleeper, ready func() bool) {
	if p.spins {
		for start := time.Now(); time.Since(start) < spinFor; {
			for range 8 {
				if ready() {
					return
				}
				pause()
			}
		}
	}
	s.asleep.Store(true)
	if ready() && s.asleep.CompareAndSwap(true, false) {
		return
	}
	<-s.wake
}

// rouse wakes s if it sleeps.
func (s *sleeper) rouse() {
	if s.asleep.Load() && s.asleep.CompareAndSwap(true, false) {
		s.wake <- struct{}{}
	}
}

func (p *pool) close() {
	p.closed.Store(true)
	for _, s := range p.workers {
		s.rouse()
	}
	p.wait.Wait()
}
