//go:build gpu && !cpu

package cuda

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"gorgonia.org/cu"
	cublas "gorgonia.org/cu/blas"
	gorgonia "gorgonia.org/gorgonia/cuda"

	"gorgan/cuda/driver"
)

// engine is Gorgonia's CUDA engine in the one way of use that is sound: every call of
// the driver is made on the engine's own goroutine, which is locked to the thread that
// holds the context, and is waited for no longer than timeout. The engine never sees
// an error but the last, after which its goroutine ends and every later call would hang.
type engine struct {
	gorgonia.Engine
	timeout time.Duration
	calls   chan call
	answers chan error
	stuck   error // a call that never came back, after which none is made
}

type call struct {
	where place
	f     func() error
}

// place is where a call is made.
type place uint8

const (
	onThread  place = iota // on a thread of its own, for the call that makes the context
	onContext              // on the engine's goroutine
	lastThere              // the same, and the goroutine ends with it
)

// poolBytes is what Gorgonia's allocator is given: nothing. It breaks when memory is
// freed into it, and being one allocation it hides a kernel that leaves its tensor;
// each tensor is an allocation of the driver's.
const poolBytes = 0

// openEngine starts the engine on a device and binds cuBLAS to its context.
func openEngine(n int, timeout time.Duration) (*engine, error) {
	e := &engine{timeout: timeout, calls: make(chan call), answers: make(chan error, 1)}
	go e.serve()
	// Init makes the context on the thread it runs on and asks it more there.
	err := e.wait("opening the device", call{onThread, func() error { return e.Init(cu.Device(n), poolBytes) }})
	if err != nil {
		if e.stuck == nil {
			close(e.calls)
		}
		return nil, err
	}
	err = e.do("starting cuBLAS", func() error {
		// The engine makes its handle on a thread without a context.
		if err := e.BLASContext().Close(); err != nil {
			return err
		}
		if err := cu.SetCurrentContext(e.Context().CUDAContext()); err != nil {
			return err
		}
		return e.BLASContext().Init(cublas.WithContext(e.Context()))
	})
	if err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// serve makes the calls, so that whoever waits for one can give up.
func (e *engine) serve() {
	for c := range e.calls {
		var err error
		switch c.where {
		case onThread:
			runtime.LockOSThread()
			err = c.f()
			runtime.UnlockOSThread()
		case onContext:
			e.Context().Do(func() error { err = c.f(); return nil })
		case lastThere:
			e.Context().Do(func() error { err = c.f(); return errLast })
		}
		e.answers <- err
	}
}

// errLast is the one error that the engine's goroutine is handed, to end it.
var errLast = errors.New("the engine ends")

// do calls f on the engine's goroutine.
func (e *engine) do(what string, f func() error) error {
	return e.wait(what, call{onContext, f})
}

// ErrTimeout is wrapped when the driver does not come back from a call.
var ErrTimeout = driver.ErrTimeout

func (e *engine) wait(what string, c call) error {
	if e.stuck != nil {
		return e.stuck
	}
	e.calls <- c
	timer := time.NewTimer(e.timeout)
	defer timer.Stop()
	select {
	case err := <-e.answers:
		if err != nil {
			return fmt.Errorf("%s: %w", what, driver.Describe(err))
		}
		return nil
	case <-timer.C:
		e.stuck = fmt.Errorf("%s: %w within %v; the device hangs or is very busy, see nvidia-smi, or set %s higher", what, ErrTimeout, e.timeout, TimeoutVar)
		return e.stuck
	}
}

// close ends the engine, its context and all memory and modules of that context. Where
// a call is stuck there is nothing that can be ended but the process. The engine's own
// Close races with its goroutine, and leaves it behind when the device has failed.
func (e *engine) close() error {
	if e.stuck != nil {
		return nil
	}
	err := e.wait("closing the device", call{lastThere, func() error {
		return errors.Join(e.BLASContext().Close(), e.CUDNNContext().Close(), e.Context().Context.(*cu.Ctx).CUContext.Destroy())
	}})
	if e.stuck == nil {
		close(e.calls)
	}
	return err
}

func timeout() (time.Duration, error) {
	text := os.Getenv(TimeoutVar)
	if text == "" {
		return 30 * time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s is %q, want a duration such as 30s", TimeoutVar, text)
	}
	return d, nil
}
