package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// spinFor is how long a waiting goroutine spins before it sleeps. It is longer than the gaps
// between the launches of a step, and so short that an idle process costs nothing.
const spinFor = 50 * time.Microsecond

// pool is a fixed set of goroutines, the workers, that share out the independent parts of some
// work. A goroutine that waits for work, or for the end of the work, first spins and then
// sleeps: to wake a goroutine takes as long as a small pass over memory.
//
// Every worker has a queue of parts of its own:
//
//	            parts 0 1 2 3 4 5 6 7 8 9
//	queue of worker 0 |0 1 2|               worker 0 is the caller of share
//	queue of worker 1       |3 4 5|
//	queue of worker 2             |6 7 8 9|
//
// A worker first takes the parts of its own queue. If the work is the same as before, they are the
// same parts, which may still be in its cache. Then it takes the parts that the others have not
// begun. So nothing waits for a worker that comes late or not at all.
type pool struct {
	run   func(worker, part int) // the current work
	parts int                    // the number of its parts
	spins bool

	_      [64]byte
	job    atomic.Uint32 // number of the current work
	_      [60]byte
	undone atomic.Int64 // parts not yet done
	_      [56]byte

	queues  []queue // one for each worker
	caller  sleeper
	workers []*sleeper
	closed  atomic.Bool
	wait    sync.WaitGroup
}

// queue is the parts of one worker. The high half of state is the number of the work, the low
// half the number of parts not yet taken.
type queue struct {
	state atomic.Uint64
	_     [56]byte // so that each queue has a cache line of its own
}

// sleeper is a goroutine that waits. It sets asleep before it sleeps. The goroutine that resets
// asleep must send one wake.
type sleeper struct {
	asleep atomic.Bool
	wake   chan struct{}
}

// newPool starts workers-1 goroutines: the caller of share is a worker too. With more workers
// than processors nobody spins, because a spinning worker would keep another from working.
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

// size returns the number of workers.
func (p *pool) size() int { return len(p.workers) + 1 }

// share calls run once for each part, and returns when all calls have returned. Calls run at the
// same time have different workers, 0 to size()-1.
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

// sharers returns the number of workers that have parts of their own.
func (p *pool) sharers() int { return min(p.parts, p.size()) }

// own returns the parts in worker i's queue, first to end-1.
func (p *pool) own(i int) (first, end int) {
	return i * p.parts / p.sharers(), (i + 1) * p.parts / p.sharers()
}

// work takes parts and does them until none is left.
func (p *pool) work(worker int) {
	for i := range p.queues {
		from := (worker + i) % len(p.queues)
		for p.take(worker, from) {
		}
	}
}

// take does one part of a queue, and reports whether there was one. run and parts belong to the
// work of that part, because share does not return before the part is done.
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

// await waits until ready returns true. It may return before that.
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

// rouse wakes s if it is asleep.
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
