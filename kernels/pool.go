package kernels

import "sync"

// pool is a fixed set of goroutines that share out independent pieces of work.
type pool struct {
	work []chan task // one a worker, so that each gets its own part
	wait sync.WaitGroup
	done sync.WaitGroup
}

type task struct {
	run    func(lo, hi int)
	lo, hi int
}

func newPool(workers int) *pool {
	p := &pool{work: make([]chan task, workers-1)} // the caller is a worker too
	for i := range p.work {
		c := make(chan task, 1)
		p.work[i] = c
		p.wait.Go(func() {
			for t := range c {
				t.run(t.lo, t.hi)
				p.done.Done()
			}
		})
	}
	return p
}

// share calls run on n pieces, in as many even parts as there are workers, and
// returns when all are done.
func (p *pool) share(n int, run func(lo, hi int)) {
	parts := len(p.work) + 1
	p.done.Add(len(p.work))
	for i, c := range p.work {
		c <- task{run, (i + 1) * n / parts, (i + 2) * n / parts}
	}
	run(0, n/parts)
	p.done.Wait()
}

func (p *pool) close() {
	for _, c := range p.work {
		close(c)
	}
	p.wait.Wait()
}
