// Package cpu is the CPU device, a kernels.Device that every build has. Its matrix product
// is also available alone, as Multiplier.
//
// A launch or a product is cut into parts, and a pool of workers shares them out. A product is
// computed tile by tile. A kernel runs by its F32, or by a body in vector instructions if the
// instruction set in use has one. scripts/asmgen writes the assembly.
package cpu

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// New returns a CPU device with the given number of workers, or one for each core if workers is
// 0. It computes with the first of Levels, or with the one that LevelVar names. If LevelVar is
// none of Levels, the device's New, MatMul, Launch, Record and Sync return an error that says
// so.
func New(workers int) kernels.Device { return NewRank(workers, kernels.Alone{}) }

// NewRank is New for one rank of a data-parallel run: its AllToAll and AllGather go through group. After
// an error of the group the device's New, MatMul, Launch, AllToAll, AllGather, Record and Sync return it, and
// so do steps. What its tensors hold can still be downloaded. The group is not closed with the device.
func NewRank(workers int, group kernels.Group) kernels.Device {
	c := &device{Multiplier: NewMultiplier(workers), group: group}
	c.part = c.compute
	if c.broken == nil {
		c.patches = newPatchProduct(c.gemm.isa, c.pool)
	}
	return c
}

// Is reports whether dev is a CPU device, whose tensors are in the process's own memory.
func Is(dev kernels.Device) bool {
	_, is := dev.(*device)
	return is
}

type device struct {
	*Multiplier
	group   kernels.Group
	patches *patchProduct
	once    work                   // the work that is done when nothing is recorded
	step    *recorded              // the step being recorded, or nil
	launch  *work                  // the current launch
	part    func(worker, part int) // compute, bound once
}

func (c *device) Name() string {
	if c.broken != nil {
		return fmt.Sprintf("cpu, %v", c.broken)
	}
	if c.pool.size() == 1 {
		return "cpu, 1 worker, " + c.gemm.isa.name
	}
	return fmt.Sprintf("cpu, %d workers, %s", c.pool.size(), c.gemm.isa.name)
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
