package cpu

import (
	"errors"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// work is one launch, product or exchange that has been checked. It can be done any number of times: a
// recorded step is a list of them, and is replayed without checks and allocations.
type work struct {
	run          kernels.Body                                  // nil for a product or an exchange
	convolve     func(p *patchProduct, m kernels.Mem[float32]) // nil unless the kernel is a convolution
	mem          kernels.Mem[float32]
	items, parts int
	product      Product
	exchange     exchange
}

// worthSharing is the smallest launch, in element operations, that is worth sharing out. A smaller
// one takes less time than to wake the workers, a few microseconds.
const worthSharing = 1 << 14

func (c *device) Launch(k *kernels.Kernel, a kernels.Args) error {
	if err := c.usable(); err != nil {
		return err
	}
	if err := k.Check(a); err != nil {
		return err
	}
	w := c.next()
	w.run, w.convolve, w.exchange.call = nil, convolutions[k.Name], nil
	if !k.Product {
		w.run = c.body(k)
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
	return c.doUnlessRecording(w)
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
	w.run, w.convolve, w.exchange.call = nil, nil, nil
	w.product = Product{
		Dst: dst.Float32s(), A: a.Float32s(), B: b.Float32s(),
		LdDst: dst.Shape()[1], LdA: a.Shape()[1], LdB: b.Shape()[1],
		M: m, N: n, K: k, TA: tA, TB: tB,
	}
	return c.doUnlessRecording(w)
}

// body returns the fastest body of k.
func (c *device) body(k *kernels.Kernel) kernels.Body {
	if k.Join != nil {
		return k.Join(c.body)
	}
	if better := c.gemm.isa.bodies[k.Name]; better != nil {
		return better
	}
	return k.F32
}

// next returns the place for the next work: the end of the step being recorded, or once.
func (c *device) next() *work {
	if c.step == nil {
		return &c.once
	}
	c.step.work = append(c.step.work, work{})
	return &c.step.work[len(c.step.work)-1]
}

func (c *device) doUnlessRecording(w *work) error {
	if c.step == nil {
		return c.do(w)
	}
	return nil
}

// do does the work. Only an exchange returns an error.
func (c *device) do(w *work) error {
	switch {
	case w.exchange.call != nil:
		return c.move(w.exchange)
	case w.convolve != nil:
		w.convolve(c.patches, w.mem)
	case w.run == nil:
		c.gemm.multiply(&w.product)
	default:
		c.launch = w
		c.pool.share(w.parts, c.part)
	}
	return nil
}

// compute does one part of the current launch.
func (c *device) compute(_, part int) {
	w := c.launch
	w.run(w.mem, part*w.items/w.parts, (part+1)*w.items/w.parts)
}

// recorded is a step as a list of its work.
type recorded struct {
	cpu  *device
	work []work
}

var errRecording = errors.New("cpu: a recorded step may only launch, multiply and exchange")

// Record calls the step once. Each launch, product and exchange in it is checked and noted.
func (c *device) Record(step func() error, _ ...*tensor.Dense) (kernels.Step, error) {
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
		if err := r.cpu.do(&r.work[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *recorded) RunMany(n int) error { return kernels.RunEach(r, n) }
