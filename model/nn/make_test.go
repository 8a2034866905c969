package nn_test

import (
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels/kerneltest"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lab is a device of float64 with the tensors of one test.
type lab struct {
	*testing.T
	dev *kerneltest.Float64
}

func newLab(t *testing.T) lab { return lab{t, kerneltest.NewFloat64()} }

// floats is a tensor of values.
func (l lab) floats(values []float64, shape ...int) *tensor.Dense {
	l.Helper()
	t, err := l.dev.New(tensor.Float32, shape...)
	must(l.T, err)
	must(l.T, l.dev.Upload64(t, values))
	return t
}

// words is a tensor of numbers.
func (l lab) words(values ...uint32) *tensor.Dense {
	l.Helper()
	t, err := l.dev.New(tensor.Uint32, len(values))
	must(l.T, err)
	must(l.T, l.dev.Upload(t, values))
	return t
}

// weights are those of a net, drawn by a seed.
func (l lab) weights(n *nn.Net, seed uint64) *nn.Weights {
	l.Helper()
	w, err := n.New(l.dev)
	must(l.T, err)
	must(l.T, w.Initialize(seed, 0, 0))
	return w
}

// run builds a graph, runs it once and returns a value of it.
func (l lab) run(build func(b *graph.Builder) *graph.Value) []float64 {
	l.Helper()
	var v *graph.Value
	g, err := graph.Build(func(b *graph.Builder) { v = b.Keep(build(b)) })
	must(l.T, err)
	p, err := g.Compile(l.dev)
	must(l.T, err)
	must(l.T, p.Run())
	t, err := p.Tensor(v)
	must(l.T, err)
	return l.dev.Download64(t)
}
