//go:build gpu && !cpu

package cuda

import (
	"cmp"
	"errors"
	"fmt"
	"unsafe"

	"gonum.org/v1/gonum/blas"
	"gorgonia.org/cu"
	"gorgonia.org/tensor"

	"gorgan/cuda/driver"
	"gorgan/kernels"
)

// device is a CUDA device that uses Gorgonia's engine. All its work goes to one stream, in
// order.
type device struct {
	*engine
	name    string
	card    Card
	stream  cu.Stream
	group   kernels.Group
	comm    *driver.Communicator // nil for a device alone, and after it has failed
	graphs  []*driver.Graph      // all that were captured with comm, which must be closed before it
	noGraph bool
	pdl     bool // kernels have the texts of EarlyText, and start early in a capture
	late    bool // the work put on the stream before is no kernel, so that the next kernel does not start early
	mode    mode
	scratch memory // for the results of products while a step is warmed up
	failed  error  // the driver's first error: every later call returns it
	closed  bool
}

// mode is what Launch and MatMul do.
type mode uint8

const (
	queue  mode = iota // call the engine each time
	inStep             // the same, and the caller is already on the engine's goroutine
	warmUp             // load modules and cuBLAS's kernels, which a capture must not do
)

// memory is one allocation of the driver.
type memory struct {
	at    cu.DevicePtr
	bytes int64
}

var errClosed = errors.New("cuda: the device is closed")

func (d *device) Name() string { return d.name }

// Card returns what the device is.
func (d *device) Card() Card { return d.card }

// run calls f on the engine's goroutine, or directly in a step. An error of f is an error of
// the driver, and the device cannot be used after it.
func (d *device) run(what string, f func() error) error {
	switch {
	case d.closed:
		return errClosed
	case d.failed != nil:
		return d.failed
	}
	var err error
	if d.mode == queue {
		err = d.do(what, f)
	} else if err = f(); err != nil {
		err = fmt.Errorf("%s: %w", what, driver.Describe(err))
	}
	if err != nil {
		d.failed = d.failure(what, err)
	}
	return d.failed
}

// whenIdle is run for calls that a recorded step must not make. In a step it returns an error.
func (d *device) whenIdle(what string, f func() error) error {
	if d.mode != queue {
		return fmt.Errorf("cuda: %s in a recorded step, which may only launch, multiply and exchange", what)
	}
	return d.run(what, f)
}

func (d *device) New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error) {
	n, err := kernels.CheckNew(dt, shape)
	if err != nil {
		return nil, err
	}
	bytes := size(dt, n)
	var at cu.DevicePtr
	full := false
	err = d.whenIdle("allocating a tensor", func() (err error) {
		at, err = cu.MemAlloc(bytes)
		if err == cu.OutOfMemory {
			full = true
			return nil
		}
		if err != nil {
			return err
		}
		return cu.MemsetD8Async(at, 0, bytes, d.stream)
	})
	if full {
		return nil, d.outOfMemory(bytes)
	}
	if err != nil {
		return nil, err
	}
	return d.dense(dt, uintptr(at), bytes, shape), nil
}

// outOfMemory returns the error for a tensor that does not fit. It says how much memory there is.
func (d *device) outOfMemory(bytes int64) error {
	free, total, err := d.Memory()
	if err != nil {
		return err
	}
	return fmt.Errorf("cuda: %w: a tensor of %.1f MB does not fit, %.1f of %.1f MB are free; try a smaller batch, or end other programs on this device",
		ErrMemory, float64(bytes)/1e6, float64(free)/1e6, float64(total)/1e6)
}

// dense returns a tensor in the device's memory.
func (d *device) dense(dt tensor.Dtype, at uintptr, bytes int64, shape []int) *tensor.Dense {
	return tensor.New(tensor.Of(dt), tensor.WithShape(shape...), tensor.WithEngine(&d.Engine), tensor.FromMemory(at, uintptr(bytes)))
}

func (d *device) View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error) {
	n, err := kernels.CheckView(t, offset, shape)
	if err != nil {
		return nil, err
	}
	return d.dense(t.Dtype(), t.Uintptr()+uintptr(size(t.Dtype(), offset)), size(t.Dtype(), n), shape), nil
}

// size returns the number of bytes of n elements.
func size(dt tensor.Dtype, n int) int64 { return int64(n) * int64(dt.Size()) }

func (d *device) Upload(dst *tensor.Dense, src any) error {
	from, bytes, err := host(dst, src)
	if err != nil {
		return err
	}
	return d.whenIdle("copying to the device", func() error {
		return cu.MemcpyHtoDAsync(cu.DevicePtr(dst.Uintptr()), from, bytes, d.stream)
	})
}

func (d *device) Download(dst any, src *tensor.Dense) error {
	to, bytes, err := host(src, dst)
	if err != nil {
		return err
	}
	if d.comm != nil { // the copy itself would wait without an end
		if err := d.Sync(); err != nil {
			return err
		}
	}
	return d.whenIdle("copying from the device", func() error {
		if err := cu.MemcpyDtoHAsync(to, cu.DevicePtr(src.Uintptr()), bytes, d.stream); err != nil {
			return err
		}
		return d.stream.Synchronize()
	})
}

// host returns the address and the number of bytes of a slice of t's type and length.
func host(t *tensor.Dense, slice any) (at unsafe.Pointer, bytes int64, err error) {
	if err := kernels.CheckCopy(t, slice); err != nil {
		return nil, 0, err
	}
	switch s := slice.(type) {
	case []float32:
		at = unsafe.Pointer(unsafe.SliceData(s))
	case []uint32:
		at = unsafe.Pointer(unsafe.SliceData(s))
	case []uint8:
		at = unsafe.Pointer(unsafe.SliceData(s))
	}
	return at, size(t.Dtype(), t.Shape().TotalSize()), nil
}

func (d *device) Sync() error {
	if d.comm != nil {
		return d.poll()
	}
	return d.whenIdle("waiting for the device", func() error { return d.stream.Synchronize() })
}

func (d *device) Close() error {
	if d.closed {
		return errClosed
	}
	failed := d.failed
	left := d.leave()
	d.closed = true
	err := d.close()
	if failed != nil {
		return nil // the caller already has that error, and this one follows from it
	}
	return cmp.Or(left, err)
}

// MatMul is one Sgemm. cuBLAS takes matrices as column-major, so it sees each of ours
// transposed. It computes dstᵀ = op(b)ᵀ·op(a)ᵀ.
func (d *device) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	m, n, k, err := kernels.CheckMatMul(dst, a, b, tA, tB)
	if err != nil {
		return err
	}
	return d.run("a matrix product", func() error {
		to := dst.Float32s()
		if d.mode == warmUp {
			var err error
			if to, err = d.warmUpMemory(len(to)); err != nil {
				return err
			}
		}
		d.late = false
		d.BLASContext().Sgemm(transpose(tB), transpose(tA), n, m, k,
			1, b.Float32s(), b.Shape()[1], a.Float32s(), a.Shape()[1], 0, to, n)
		return d.BLASContext().Err()
	})
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// Load compiles k. Launch also does that when it needs k.
func (d *device) Load(k *kernels.Kernel) error {
	var rejected error
	err := d.whenIdle("compiling "+k.Name, func() error { _, rejected = d.function(k); return nil })
	return cmp.Or(err, rejected)
}

// Memory returns the free and the total memory, in bytes.
func (d *device) Memory() (free, total int64, err error) {
	err = d.whenIdle("asking for free memory", func() (err error) { free, total, err = cu.MemInfo(); return err })
	return free, total, err
}
