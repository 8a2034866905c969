package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// CPU returns the device that computes in Go on this machine's processor with the
// given number of workers, 0 for one a core. It is always compiled, so that every
// other device can be checked against it. Its level is the first of Levels, or
// what the environment's LevelVar says; if that is none of Levels, the device's
// New, MatMul, Launch, Record and Sync return an error that says so.
func CPU(workers int) Device {
	c := &cpu{Multiplier: NewMultiplier(workers)}
	c.part = c.compute
	return c
}

// IsCPU tells whether dev is the CPU device, whose tensors are in the process's own memory.
func IsCPU(dev Device) bool {
	_, is := dev.(*cpu)
	return is
}

type cpu struct {
	*Multiplier
	once   work                   // what Launch and MatMul do at once
	step   *recorded              // the step being recorded, or nil
	launch *work                  // the launch under way
	part   func(worker, part int) // compute, bound once
}

func (c *cpu) Name() string {
	if c.broken != nil {
		return fmt.Sprintf("cpu, %v", c.broken)
	}
	if c.pool.size() == 1 {
		return "cpu, 1 worker, " + c.gemm.level.name
	}
	return fmt.Sprintf("cpu, %d workers, %s", c.pool.size(), c.gemm.level.name)
}

func (c *cpu) New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error) {
	if c.broken != nil {
		return nil, c.broken
	}
	n, err := CheckNew(dt, shape)
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

func (c *cpu) View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error) {
	n, err := CheckView(t, offset, shape)
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

func (c *cpu) Upload(dst *tensor.Dense, src any) error {
	if c.step != nil {
		return errRecording
	}
	if err := CheckCopy(dst, src); err != nil {
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

func (c *cpu) Download(dst any, src *tensor.Dense) error {
	if c.step != nil {
		return errRecording
	}
	if err := CheckCopy(src, dst); err != nil {
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

func (c *cpu) Sync() error { return c.broken }
