package evaluate

import (
	"errors"
	"runtime"
	"sync"
)

// parallel calls run for 0 to n-1 and joins the errors. Each processor gets a range of numbers. No
// result may depend on the order of the calls.
func parallel(n int, run func(i int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers && errs[w] == nil; i++ {
				errs[w] = run(i)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
