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

// engine is Gorgonia's CUDA engine, used in the one way that is sound. Every call of the driver
// is made on the engine's own goroutine, which is locked to the thread that holds the context.
// The caller waits for a call no longer than timeout. The engine itself gets no error but the
// last: an error would end its goroutine, and every later call would hang.
type engine struct {
	gorgonia.Engine
	timeout time.Duration
	primary bool // its context is the device's primary one
	device  cu.Device
	calls   chan call
	answers chan error
	stuck   error // the error of a call that never returned; no call is made after it
}

type call struct {
	where place
	f     func() error
}

// place says where a call is made.
type place uint8

const (
	onThread  place = iota // on its own thread, for the call that makes the context
	onContext              // on the engine's goroutine
	lastThere              // the same, and the goroutine ends after it
)

// poolBytes is the size of the pool of Gorgonia's allocator: it has none. The allocator breaks
// when memory is freed into it. Its pool is one allocation, so it would also hide a kernel that
// writes outside its tensor. Here each tensor is one allocation of the driver.
const poolBytes = 0

// openEngine starts the engine on a device and binds cuBLAS to its context. That is the device's primary
// one if asked for, and else its own.
func openEngine(n int, timeout time.Duration, primary bool) (*engine, error) {
	e := &engine{timeout: timeout, primary: primary, device: cu.Device(n), calls: make(chan call), answers: make(chan error, 1)}
	go e.serve()
	// Init makes the context on the thread that it runs on, and makes more calls there.
	start := func() error { return e.Init(e.device, poolBytes) }
	if primary {
		start = func() error { return driver.OnPrimary(func() error { return e.Init(e.device, poolBytes) }) }
	}
	err := e.wait("opening the device", call{onThread, start})
	if err != nil {
		if e.stuck == nil {
			close(e.calls)
		}
		return nil, err
	}
	err = e.do("starting cuBLAS", func() error {
		// The engine made its handle on a thread without a context.
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

// serve makes the calls. It has a goroutine of its own, so a caller can stop waiting.
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

// errLast is the one error that the engine gets. It ends the engine's goroutine.
var errLast = errors.New("the engine ends")

// do calls f on the engine's goroutine.
func (e *engine) do(what string, f func() error) error {
	return e.wait(what, call{onContext, f})
}

// ErrTimeout is wrapped by the error for a call of the driver that takes too long.
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

// close ends the engine and its context, with all memory and modules of that context. If a
// call is stuck, close does nothing: only the end of the process ends that call. The engine's
// own Close is not used. It races with the engine's goroutine, and leaves the goroutine running
// when the device has failed.
func (e *engine) close() error {
	if e.stuck != nil {
		return nil
	}
	err := e.wait("closing the device", call{lastThere, func() error {
		end := e.Context().Context.(*cu.Ctx).CUContext.Destroy
		if e.primary {
			end = func() error { return driver.ReleasePrimary(e.device) }
		}
		return errors.Join(e.BLASContext().Close(), e.CUDNNContext().Close(), end())
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
