package graph_test

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"gorgan/kernels/kerneltest"
	"gorgan/model/graph"
)

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// oracle makes leaves on the float64 device, with values of its own.
type oracle struct {
	t   fataler
	dev *kerneltest.Float64
	r   *rand.Rand
}

func newOracle(t fataler) *oracle {
	return &oracle{t, kerneltest.NewFloat64(), rand.New(rand.NewPCG(6, 0))}
}

func must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tensor is one of a type: floats are normal, words 1, 2, 0, 1, ...
func (o *oracle) tensor(of graph.Type) *tensor.Dense {
	t, err := o.dev.New(of.Elem, of.Shape...)
	must(o.t, err)
	n := of.Size()
	switch of.Elem {
	case tensor.Float32:
		v := make([]float64, n)
		for i := range v {
			v[i] = o.r.NormFloat64()
		}
		must(o.t, o.dev.Upload64(t, v))
	case tensor.Uint32:
		v := make([]uint32, n)
		for i := range v {
			v[i] = uint32(i+1) % 3
		}
		must(o.t, o.dev.Upload(t, v))
	default:
		v := make([]uint8, n)
		for i := range v {
			v[i] = uint8(13 * i)
		}
		must(o.t, o.dev.Upload(t, v))
	}
	return t
}

func (o *oracle) floats(shape ...int) *tensor.Dense {
	return o.tensor(graph.Type{Elem: tensor.Float32, Shape: shape})
}

// compile builds a graph and compiles it on the oracle.
func (o *oracle) compile(f func(b *graph.Builder)) *graph.Program {
	o.t.Helper()
	g, err := graph.Build(f)
	must(o.t, err)
	p, err := g.Compile(o.dev)
	must(o.t, err)
	return p
}

// values are what a value of a program is after a run.
func (o *oracle) values(p *graph.Program, v *graph.Value) []float64 {
	o.t.Helper()
	t, err := p.Tensor(v)
	must(o.t, err)
	return o.dev.Download64(t)
}

// differences are the central differences of f in the elements of x. One is NaN where a
// kink lies so near that half the step gives another quotient.
func (o *oracle) differences(x *tensor.Dense, f func() float64) []float64 {
	v := o.dev.Download64(x)
	all := make([]float64, len(v))
	for i, at := range v {
		quotient := func(h float64) float64 {
			v[i] = at + h
			must(o.t, o.dev.Upload64(x, v))
			up := f()
			v[i] = at - h
			must(o.t, o.dev.Upload64(x, v))
			down := f()
			v[i] = at
			return (up - down) / (2 * h)
		}
		all[i] = quotient(1e-5)
		if half := quotient(5e-6); math.Abs(half-all[i]) > 1e-7*(1+math.Abs(half)) {
			all[i] = math.NaN()
		}
	}
	must(o.t, o.dev.Upload64(x, v))
	return all
}

// compare holds a gradient against differences: at most one in ten lies at a kink.
func (o *oracle) compare(what string, got, differences []float64) {
	o.t.Helper()
	kinks := 0
	for i, want := range differences {
		if math.IsNaN(want) {
			kinks++
		} else if math.Abs(got[i]-want) > 1e-7*(1+math.Abs(want)) {
			o.t.Fatalf("%s: element %d of the gradient is %.10g, the difference quotient %.10g", what, i, got[i], want)
		}
	}
	if kinks > 1+len(got)/10 {
		o.t.Fatalf("%s: %d of %d elements lie at a kink", what, kinks, len(got))
	}
}

// leaves are the inputs of an example.
func (o *oracle) leaves(e graph.Example) []*tensor.Dense {
	var all []*tensor.Dense
	for _, of := range e.In {
		all = append(all, o.tensor(of))
	}
	return all
}

// node appends an example on leaves to b.
func node(b *graph.Builder, e graph.Example, leaves []*tensor.Dense) (in []*graph.Value, out *graph.Value) {
	for _, t := range leaves {
		in = append(in, b.Leaf("in", t))
	}
	return in, e.Make(b, in)
}

func dot(x, y []float64) (sum float64) {
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}
