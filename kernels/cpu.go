package kernels

import (
	"errors"
	"fmt"
	"runtime"

	"gorgonia.org/tensor"
)

// CPU returns the device that computes in Go on this machine's processor with the
// given number of workers, 0 for one a core. It is always compiled, so that every
// other device can be checked against it. Its level is the first of Levels, or
// what the environment's LevelVar says; if that is none of Levels, the device's
// New, MatMul, Launch and Sync return an error that says so.
func CPU(workers int) Device {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	c := &cpu{pool: newPool(workers)}
	var l *level
	if l, c.broken = chooseLevel(); c.broken == nil {
		c.gemm = newGemm(l, c.pool)
	}
	c.part = c.compute
	return c
}

type cpu struct {
	pool   *pool
	gemm   *gemm
	broken error // why the device cannot work
	closed bool

	// The launch under way.
	run          body
	mem          Mem[float32]
	items, parts int
	part         func(worker, part int) // compute, bound once
}

var errClosed = errors.New("kernels: the device is closed")

func (c *cpu) Name() string {
	if c.broken != nil {
		return fmt.Sprintf("cpu, %v", c.broken)
	}
	return fmt.Sprintf("cpu, %d workers, %s", c.pool.size(), c.gemm.level.name)
}

// usable reports why the device cannot work, if it cannot.
func (c *cpu) usable() error {
	if c.closed {
		return errClosed
	}
	return c.broken
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

func (c *cpu) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	if err := c.usable(); err != nil {
		return err
	}
	m, n, k, err := CheckMatMul(dst, a, b, tA, tB)
	if err != nil {
		return err
	}
	c.gemm.product(dst.Float32s(), a.Float32s(), b.Float32s(), m, n, k, tA, tB)
	return nil
}

// Waking the workers takes a few microseconds, as do this many element operations.
const worthSharing = 1 << 14

func (c *cpu) Launch(k *Kernel, a Args) error {
	if err := c.usable(); err != nil {
		return err
	}
	if err := k.Check(a); err != nil {
		return err
	}
	m := &c.mem
	m.F, m.U, m.B, m.S, m.N = m.F[:0], m.U[:0], m.B[:0], a.Scalars, a.Sizes
	for i, t := range a.Tensors {
		switch k.Params[i].Type {
		case tensor.Float32:
			m.F = append(m.F, t.Float32s())
		case tensor.Uint32:
			m.U = append(m.U, t.Uint32s())
		default:
			m.B = append(m.B, t.Uint8s())
		}
	}
	c.run = k.F32
	if better := c.gemm.level.bodies[k.Name]; better != nil {
		c.run = better
	}
	items, cost := k.Items(a.Sizes)
	if items == 1 || items*cost < worthSharing {
		c.run(*m, 0, items)
		return nil
	}
	c.items, c.parts = items, min(items, c.pool.size())
	c.pool.share(c.parts, c.part)
	return nil
}

// compute is one part of the launch under way.
func (c *cpu) compute(_, part int) {
	c.run(c.mem, part*c.items/c.parts, (part+1)*c.items/c.parts)
}

// Record keeps the function: there is nothing to gain from preparing it.
func (c *cpu) Record(step func() error) (Step, error) { return call(step), nil }

type call func() error

func (f call) Run() error { return f() }

func (c *cpu) Sync() error { return c.broken }

func (c *cpu) Close() error {
	if c.closed {
		return errClosed
	}
	c.closed = true
	c.pool.close()
	return nil
}
