package tune_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/plan"
	"gorgan/kernels/tape"
	"gorgan/kernels/tune"
)

// layerKernel returns the kernel of a whole layer: y = relu(x·w + bias) for x (rows, inner). off is
// added to its results, and each launch waits.
func layerKernel(name string, off float32, wait time.Duration) *kernels.Kernel {
	float := func(name string, a kernels.Access) kernels.Param {
		return kernels.Param{Name: name, Type: tensor.Float32, Access: a}
	}
	return &kernels.Kernel{
		Name: name, Params: []kernels.Param{float("y", kernels.Out), float("x", kernels.In), float("w", kernels.In), float("bias", kernels.In)},
		Scalars: []string{"slope"}, Sizes: []string{"rows", "cols", "inner"},
		Lens:  func(n []int) []int { return []int{n[0] * n[1], n[0] * n[2], n[2] * n[1], n[1]} },
		Items: func(n []int) (int, int) { return 1, 1 },
		F32: func(m kernels.Mem[float32], _, _ int) {
			time.Sleep(wait)
			rows, cols, inner := m.N[0], m.N[1], m.N[2]
			for i := range rows {
				for j := range cols {
					s := m.F[3][j]
					for k := range inner {
						s += m.F[1][i*inner+k] * m.F[2][k*cols+j]
					}
					if s <= 0 {
						s *= m.S[0]
					}
					m.F[0][i*cols+j] = s + off
				}
			}
		},
	}
}

var tiles = map[plan.Choice]*kernels.Kernel{
	plan.Own("right@1"): layerKernel("right", 0, 0),
	plan.Own("slow@1"):  layerKernel("slow", 0, 20*time.Millisecond),
	plan.Own("wrong@1"): layerKernel("wrong", 0.5, 0),
	plan.Own("none@1"):  nil, // has no kernel for a layer
}

// joined puts a tile in place of a product and the bias_relu after it.
func joined(s tape.Step, choose func(tape.Product) plan.Choice) (tape.Step, error) {
	var calls []tape.Call
	for i := 0; i < len(s.Calls); i++ {
		c := s.Calls[i]
		if c.Kernel == nil && i+1 < len(s.Calls) && s.Calls[i+1].Kernel != nil {
			if k := tiles[choose(c.Product)]; k != nil {
				i++
				m, n, inner := c.Product.Dims()
				c = tape.Call{Kernel: k, Args: kernels.Args{Tensors: []*tensor.Dense{c.Product.Dst, c.Product.A, c.Product.B, s.Calls[i].Args.Tensors[1]},
					Scalars: s.Calls[i].Args.Scalars, Sizes: []int{m, n, inner}}}
			}
		}
		calls = append(calls, c)
	}
	return tape.Step{Calls: calls, Scratch: s.Scratch}, nil
}

// slowProducts is a device whose products take 5 ms more, in a recorded step too.
type slowProducts struct{ kernels.Device }

func (d slowProducts) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	time.Sleep(5 * time.Millisecond)
	return d.Device.MatMul(dst, a, b, tA, tB)
}

func (d slowProducts) Record(step func() error, _ ...*tensor.Dense) (kernels.Step, error) {
	return again(step), nil
}

type again func() error

func (f again) Run() error { return f() }

func (f again) RunMany(n int) error { return kernels.RunEach(f, n) }

// net is a step of two layers and a product without a bias: three products, of which the last is
// the smallest.
func net(t *testing.T, dev kernels.Device) tape.Step {
	t.Helper()
	floats := func(shape ...int) *tensor.Dense {
		x, err := dev.New(tensor.Float32, shape...)
		if err != nil {
			t.Fatal(err)
		}
		if err := dev.Upload(x, slices.Repeat([]float32{7}, x.Shape().TotalSize())); err != nil {
			t.Fatal(err)
		}
		return x
	}
	x, w1, h, b1 := floats(8, 12), floats(12, 16), floats(8, 16), floats(16)
	w2, y, b2, v, z := floats(16, 20), floats(8, 20), floats(20), floats(20, 1), floats(8, 1)
	recorder := tape.On(dev)
	_, err := recorder.Record(func() error {
		for _, do := range []func() error{
			func() error { return recorder.MatMul(h, x, w1, false, false) }, func() error { return kernels.BiasReLU(recorder, h, b1, 0.2) },
			func() error { return recorder.MatMul(y, h, w2, false, false) }, func() error { return kernels.BiasReLU(recorder, y, b2, 0.2) },
			func() error { return recorder.MatMul(z, y, v, false, false) },
		} {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return recorder.Steps[0]
}

func device(t *testing.T) kernels.Device {
	dev := slowProducts{cpu.New(1)}
	t.Cleanup(func() { dev.Close() })
	return dev
}

// tuner returns one with candidates for each product.
func tuner(dev kernels.Device, candidates ...plan.Choice) *tune.Tuner {
	return &tune.Tuner{Device: dev, Rewrite: joined, Candidates: func(plan.Product) []plan.Choice { return candidates }, Tolerance: 1e-4, Budget: time.Minute, Limit: time.Minute}
}

// TestChoice: the fastest right candidate is chosen, a wrong one is named and never chosen, and no
// value of the step changes.
func TestChoice(t *testing.T) {
	dev := device(t)
	step := net(t, dev)
	var p plan.Plan
	r, err := tuner(dev, plan.Own("slow@1"), plan.Own("wrong@1"), plan.Own("none@1"), plan.Own("right@1")).Step(step, &p)
	if err != nil {
		t.Fatal(err)
	}
	if r.Timed != 2 || len(r.Left) > 0 || len(p.Products) != 3 || r.Took <= 0 || r.First <= 0 {
		t.Errorf("got %+v and %+v", r, p)
	}
	if len(r.Wrong) != 2 || !strings.Contains(r.Wrong[0], "own:wrong@1 computes the product NN 8,16,12 wrong") {
		t.Errorf("said of wrong candidates: %q", r.Wrong)
	}
	for i, want := range []struct {
		of     plan.Product
		choice plan.Choice
		timed  int
	}{{plan.Product{Role: "NN", M: 8, N: 16, K: 12}, plan.Own("right@1"), 3}, {plan.Product{Role: "NN", M: 8, N: 20, K: 16}, plan.Own("right@1"), 3}, {plan.Product{Role: "NN", M: 8, N: 1, K: 20}, plan.CUBLAS, 0}} {
		e := p.Products[i]
		if e.Product != want.of || e.Choice != want.choice || len(e.Micros) != want.timed {
			t.Errorf("entry %d is %+v, want %+v", i, e, want)
		}
		if want.timed > 0 && !(e.Micros[plan.CUBLAS] > 4000 && e.Micros[plan.Own("slow@1")] > 15000 && e.Micros[plan.Own("right@1")] < 4000) {
			t.Errorf("times are %v", e.Micros)
		}
	}
	for _, e := range p.Products {
		for c, us := range e.Micros {
			if !(us > 0) {
				t.Errorf("%v: %s takes %v µs", e.Product, c, us)
			}
		}
	}
	for _, c := range step.Calls {
		for _, x := range []*tensor.Dense{c.Product.Dst, c.Product.A} {
			if c.Kernel == nil {
				values := make([]float32, x.Shape().TotalSize())
				if err := dev.Download(values, x); err != nil || slices.ContainsFunc(values, func(v float32) bool { return v != 7 }) {
					t.Errorf("%v: a value of the step changed, %v", c, err)
				}
			}
		}
	}
}

// TestNoGain: cuBLAS stays where no candidate is faster.
func TestNoGain(t *testing.T) {
	dev := device(t)
	var p plan.Plan
	if _, err := tuner(dev, plan.Own("slow@1")).Step(net(t, dev), &p); err != nil {
		t.Fatal(err)
	}
	for _, e := range p.Products {
		if e.Choice != plan.CUBLAS {
			t.Errorf("%v goes to %s, at %v", e.Product, e.Choice, e.Micros)
		}
	}
}

// TestBudget: without time nothing is timed, and what has an entry is not timed again.
func TestBudget(t *testing.T) {
	dev := device(t)
	step := net(t, dev)
	known := plan.Entry{Product: plan.Product{Role: "NN", M: 8, N: 20, K: 16}, Choice: plan.Own("slow@1")}
	for name, limit := range map[string]func(*tune.Tuner){
		"budget": func(t *tune.Tuner) { t.Budget = 0 }, "limit": func(t *tune.Tuner) { t.Limit = 0 },
	} {
		p := plan.Plan{Products: []plan.Entry{known}}
		tuner := tuner(dev, plan.Own("right@1"))
		limit(tuner)
		r, err := tuner.Step(step, &p)
		if err != nil || r.Timed != 0 || len(r.Left) != 2 || len(p.Products) != 1 || p.Products[0].Choice != known.Choice {
			t.Errorf("%s: got %+v, %v and %+v", name, r, err, p)
		}
	}
	p := plan.Plan{Products: []plan.Entry{known}}
	if r, err := tuner(dev, plan.Own("right@1")).Step(step, &p); err != nil || r.Timed != 1 || len(p.Products) != 3 {
		t.Errorf("got %+v, %v and %+v", r, err, p)
	}
}
