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

// device is a CUDA device on Gorgonia's engine. All its work goes, in order, to one
// stream.
type device struct {
	*engine
	name    string
	stream  cu.Stream
	noGraph bool
	mode    mode
	scratch memory // where a rehearsed product goes
	failed  error  // the driver's first error, after which nothing is to be trusted
	closed  bool
}

// mode is what Launch and MatMul do.
type mode uint8

const (
	queue    mode = iota // one call of the engine each
	inStep               // the same, already on the engine's goroutine
	rehearse             // make ready what a capture must not: modules, cuBLAS's kernels
)

// memory is one allocation of the driver's.
type memory struct {
	at    cu.DevicePtr
	bytes int64
}

var errClosed = errors.New("cuda: the device is closed")

func (d *device) Name() string { return d.name }

// run calls f on the engine's goroutine, or at once in a step. An error of f's is one
// of the driver, and is the device's end.
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
		d.failed = fmt.Errorf("cuda: %w", err)
	}
	return d.failed
}

// outside is run for what a step must not do.
func (d *device) outside(what string, f func() error) error {
	if d.mode != queue {
		return fmt.Errorf("cuda: %s in a recorded step, which may only launch and multiply", what)
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
	err = d.outside("allocating a tensor", func() (err error) {
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

// outOfMemory says how much was asked for and how much there is.
func (d *device) outOfMemory(bytes int64) error {
	free, total, err := d.Memory()
	if err != nil {
		return err
	}
	return fmt.Errorf("cuda: %w: a tensor of %.1f MB does not fit, %.1f of %.1f MB are free; try a smaller batch, or end other programs on this device",
		ErrMemory, float64(bytes)/1e6, float64(free)/1e6, float64(total)/1e6)
}

// dense is a tensor whose memory is the device's.
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

// size is the bytes of n elements.
func size(dt tensor.Dtype, n int) int64 { return int64(n) * int64(dt.Size()) }

func (d *device) Upload(dst *tensor.Dense, src any) error {
	from, bytes, err := host(dst, src)
	if err != nil {
		return err
	}
	return d.outside("copying to the device", func() error {
		return cu.MemcpyHtoDAsync(cu.DevicePtr(dst.Uintptr()), from, bytes, d.stream)
	})
}

func (d *device) Download(dst any, src *tensor.Dense) error {
	to, bytes, err := host(src, dst)
	if err != nil {
		return err
	}
	return d.outside("copying from the device", func() error {
		if err := cu.MemcpyDtoHAsync(to, cu.DevicePtr(src.Uintptr()), bytes, d.stream); err != nil {
			return err
		}
		return d.stream.Synchronize()
	})
}

// host is the memory of a slice of t's type and length, and its bytes.
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
	return d.outside("waiting for the device", func() error { return d.stream.Synchronize() })
}

func (d *device) Close() error {
	if d.closed {
		return errClosed
	}
	d.closed = true
	err := d.close()
	if d.failed != nil {
		return nil // that was told; what follows from it is no news
	}
	return err
}

// MatMul is one Sgemm. cuBLAS takes matrices column by column, and so sees each of
// ours transposed: dstᵀ = op(b)ᵀ·op(a)ᵀ.
func (d *device) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	m, n, k, err := kernels.CheckMatMul(dst, a, b, tA, tB)
	if err != nil {
		return err
	}
	return d.run("a matrix product", func() error {
		to := dst.Float32s()
		if d.mode == rehearse {
			var err error
			if to, err = d.rehearsalMemory(len(to)); err != nil {
				return err
			}
		}
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

// Load compiles k. Launch does so too, when it needs k.
func (d *device) Load(k *kernels.Kernel) error {
	var untaken error
	err := d.outside("compiling "+k.Name, func() error { _, untaken = d.function(k); return nil })
	return cmp.Or(err, untaken)
}

// Memory is what is free and what there is, in bytes.
func (d *device) Memory() (free, total int64, err error) {
	err = d.outside("asking for free memory", func() (err error) { free, total, err = cu.MemInfo(); return err })
	return free, total, err
}
