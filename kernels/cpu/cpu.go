// Package cpu computes on this machine's processor: the kernels.Device that every
// build has, and its matrix product by itself.
//
// A launch or a product is cut into parts, which a pool of workers shares out. Matrices
// are multiplied by tiles, and kernels run by their F32 or by vector instructions, those
// of the level in force. The assembly is written by scripts/asmgen.
package cpu

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// New returns the device that computes in Go on this machine's processor with the
// given number of workers, 0 for one a core. It is always compiled, so that every
// other device can be checked against it. Its level is the first of Levels, or
// what the environment's LevelVar says; if that is none of Levels, the device's
// New, MatMul, Launch, Record and Sync return an error that says so.
func New(workers int) kernels.Device {
	c := &device{Multiplier: NewMultiplier(workers)}
	c.part = c.compute
	return c
}

// Is tells whether dev is the CPU device, whose tensors are in the process's own memory.
func Is(dev kernels.Device) bool {
	_, is := dev.(*device)
	return is
}

type device struct {
	*Multiplier
	once   work                   // what Launch and MatMul do at once
	step   *recorded              // the step being recorded, or nil
	launch *work                  // the launch under way
	part   func(worker, part int) // compute, bound once
}

func (c *device) Name() string {
	if c.broken != nil {
		return fmt.Sprintf("cpu, %v", c.broken)
	}
	if c.pool.size() == 1 {
		return "cpu, 1 worker, " + c.gemm.level.name
	}
	return fmt.Sprintf("cpu, %d workers, %s", c.pool.size(), c.gemm.level.name)
}

func (c *device) New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error) {
	if c.broken != nil {
		return nil, c.broken
	}
	n, err := kernels.CheckNew(dt, shape)
	if err != nil {
		return nil, err
	}
	switch dt {
	case tensor.Float32:
		return dense(make([]float32, n), shape), nil
	case tensor.Uint32:
		return dense(make([]uint32, n), shape), nil
	default:
		return dense(make([]uint8, n), shape), nil
	}
}

func (c *device) View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error) {
	n, err := kernels.CheckView(t, offset, shape)
	if err != nil {
		return nil, err
	}
	switch t.Dtype() {
	case tensor.Float32:
		return dense(t.Float32s()[offset:offset+n:offset+n], shape), nil
	case tensor.Uint32:
		return dense(t.Uint32s()[offset:offset+n:offset+n], shape), nil
	default:
		return dense(t.Uint8s()[offset:offset+n:offset+n], shape), nil
	}
}

func dense(backing any, shape []int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
}

func (c *device) Upload(dst *tensor.Dense, src any) error {
	if c.step != nil {
		return errRecording
	}
	if err := kernels.CheckCopy(dst, src); err != nil {
		return err
	}
	switch h := src.(type) {
	case []float32:
		copy(dst.Float32s(), h)
	case []uint32:
		copy(dst.Uint32s(), h)
	case []uint8:
		copy(dst.Uint8s(), h)
	}
	return nil
}

func (c *device) Download(dst any, src *tensor.Dense) error {
	if c.step != nil {
		return errRecording
	}
	if err := kernels.CheckCopy(src, dst); err != nil {
		return err
	}
	switch h := dst.(type) {
	case []float32:
		copy(h, src.Float32s())
	case []uint32:
		copy(h, src.Uint32s())
	case []uint8:
		copy(h, src.Uint8s())
	}
	return nil
}

func (c *device) Sync() error { return c.broken }
