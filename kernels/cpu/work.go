package cpu

import (
	"errors"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// work is one launch or product, checked and ready to be done any number of times: a
// step is recorded as a list of them, and replayed without a check or an allocation.
type work struct {
	run          kernels.Body // nil for a product
	mem          kernels.Mem[float32]
	items, parts int
	product      Product
}

// worthSharing is as many element operations as take the microseconds that waking
// the workers does.
const worthSharing = 1 << 14

func (c *device) Launch(k *kernels.Kernel, a kernels.Args) error {
	if err := c.usable(); err != nil {
		return err
	}
	if err := k.Check(a); err != nil {
		return err
	}
	w := c.next()
	w.run = k.F32
	if better := c.gemm.level.bodies[k.Name]; better != nil {
		w.run = better
	}
	m := &w.mem
	m.F, m.U, m.B = m.F[:0], m.U[:0], m.B[:0]
	m.S, m.N = append(m.S[:0], a.Scalars...), append(m.N[:0], a.Sizes...)
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
	items, cost := k.Items(a.Sizes)
	w.items, w.parts = items, min(items, c.pool.size())
	if items*cost < worthSharing {
		w.parts = 1
	}
	c.doUnlessRecording(w)
	return nil
}

func (c *device) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	if err := c.usable(); err != nil {
		return err
	}
	m, n, k, err := kernels.CheckMatMul(dst, a, b, tA, tB)
	if err != nil {
		return err
	}
	w := c.next()
	w.run = nil
	w.product = Product{
		Dst: dst.Float32s(), A: a.Float32s(), B: b.Float32s(),
		LdDst: dst.Shape()[1], LdA: a.Shape()[1], LdB: b.Shape()[1],
		M: m, N: n, K: k, TA: tA, TB: tB,
	}
	c.doUnlessRecording(w)
	return nil
}

// next is where the work asked for goes.
func (c *device) next() *work {
	if c.step == nil {
		return &c.once
	}
	c.step.work = append(c.step.work, work{})
	return &c.step.work[len(c.step.work)-1]
}

func (c *device) doUnlessRecording(w *work) {
	if c.step == nil {
		c.do(w)
	}
}

func (c *device) do(w *work) {
	if w.run == nil {
		c.gemm.multiply(&w.product)
		return
	}
	c.launch = w
	c.pool.share(w.parts, c.part)
}

// compute is one part of the launch under way.
func (c *device) compute(_, part int) {
	w := c.launch
	w.run(w.mem, part*w.items/w.parts, (part+1)*w.items/w.parts)
}

// recorded is a step as the work it asked for.
type recorded struct {
	cpu  *device
	work []work
}

var errRecording = errors.New("cpu: a recorded step may only launch and multiply")

// Record calls the step once, which checks all it asks for.
func (c *device) Record(step func() error) (kernels.Step, error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	if c.step != nil {
		return nil, errRecording
	}
	r := &recorded{cpu: c}
	c.step = r
	defer func() { c.step = nil }()
	if err := step(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *recorded) Run() error {
	if err := r.cpu.usable(); err != nil {
		return err
	}
	if r.cpu.step != nil {
		return errRecording
	}
	for i := range r.work {
		r.cpu.do(&r.work[i])
	}
	return nil
}
