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
	return fmt.Sprintf("cpu, %d workers, %s", c.pool.size(), c.gemm.level.name)
}

func (c *cpu) New(dt tensor.Dtype, shape ...int) (*tensor.Dense, error) {
	if c.broken != nil {
		return nil, c.broken
	}
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	switch dt {
	case tensor.Float32:
		return dense(make([]float32, n), shape), nil
	case tensor.Uint32:
		return dense(make([]uint32, n), shape), nil
	case tensor.Uint8:
		return dense(make([]uint8, n), shape), nil
	}
	return nil, fmt.Errorf("kernels: a tensor of type %v, want float32, uint32 or uint8", dt)
}

func (c *cpu) View(t *tensor.Dense, offset int, shape ...int) (*tensor.Dense, error) {
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	if have := t.Shape().TotalSize(); offset < 0 || n > have-offset {
		return nil, fmt.Errorf("kernels: a view of %d elements at %d of %d", n, offset, have)
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

func elements(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d <= 0 || n > (1<<40)/d {
			return 0, fmt.Errorf("kernels: a tensor of shape %v, want positive dimensions of at most 2^40 elements together", shape)
		}
		n *= d
	}
	return n, nil
}

func (c *cpu) Upload(dst *tensor.Dense, src any) error {
	if c.step != nil {
		return errRecording
	}
	return move(dst, src, func(memory, host any) {
		switch m := memory.(type) {
		case []float32:
			copy(m, host.([]float32))
		case []uint32:
			copy(m, host.([]uint32))
		case []uint8:
			copy(m, host.([]uint8))
		}
	})
}

func (c *cpu) Download(dst any, src *tensor.Dense) error {
	if c.step != nil {
		return errRecording
	}
	return move(src, dst, func(memory, host any) {
		switch h := host.(type) {
		case []float32:
			copy(h, memory.([]float32))
		case []uint32:
			copy(h, memory.([]uint32))
		case []uint8:
			copy(h, memory.([]uint8))
		}
	})
}

// move calls cp with t's memory and host once they are of one type and length.
func move(t *tensor.Dense, host any, cp func(memory, host any)) error {
	var memory any
	n := -1
	switch h := host.(type) {
	case []float32:
		if t.Dtype() == tensor.Float32 {
			memory, n = t.Float32s(), len(h)
		}
	case []uint32:
		if t.Dtype() == tensor.Uint32 {
			memory, n = t.Uint32s(), len(h)
		}
	case []uint8:
		if t.Dtype() == tensor.Uint8 {
			memory, n = t.Uint8s(), len(h)
		}
	}
	if memory == nil || n != t.Shape().TotalSize() {
		return fmt.Errorf("kernels: copy between a tensor of %d %v and a %T of %d", t.Shape().TotalSize(), t.Dtype(), host, n)
	}
	cp(memory, host)
	return nil
}

func (c *cpu) Sync() error { return c.broken }
