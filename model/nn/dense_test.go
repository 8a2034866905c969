package nn_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels/kerneltest"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestDense holds one layer with every activation against a plain formula.
func TestDense(t *testing.T) {
	for _, c := range []struct {
		act   nn.Activation
		apply func(v []float64) float64 // of a unit's pieces
	}{
		{nn.Linear(), func(v []float64) float64 { return v[0] }},
		{nn.Tanh(), func(v []float64) float64 { return math.Tanh(v[0]) }},
		{nn.Sigmoid(), func(v []float64) float64 { return 1 / (1 + math.Exp(-v[0])) }},
		{nn.ReLU(0), func(v []float64) float64 { return max(v[0], 0) }},
		{nn.ReLU(0.25), func(v []float64) float64 { return max(v[0], 0) + 0.25*min(v[0], 0) }},
		{nn.Maxout(3), func(v []float64) float64 { return slices.Max(v) }},
	} {
		dev := kerneltest.NewFloat64()
		n := nn.Net{Name: "n", Layers: []nn.Layer{nn.Conditioned{
			Dense: nn.Dense{Number: 0, In: 3, Units: 2, Activation: c.act}, Classes: 2, Pack: 1}}}
		w, err := n.New(dev)
		must(t, err)
		must(t, w.Initialize(5, 0, 0))
		bias := w.Tensors[1].Value
		must(t, dev.Upload64(bias, []float64{.3, -.2, .1, .5, .7, -.9}[:bias.Shape().TotalSize()]))
		x, _ := dev.New(tensor.Float32, 2, 3)
		labels, _ := dev.New(tensor.Uint32, 2)
		in := []float64{1, -2, .5, -.3, .8, 2}
		must(t, dev.Upload64(x, in))
		must(t, dev.Upload(labels, []uint32{1, 0}))
		var y *graph.Value
		g, err := graph.Build(func(b *graph.Builder) {
			y = b.Keep(w.Apply(&nn.Pass{Builder: b, Labels: b.Leaf("labels", labels)}, b.Leaf("x", x)))
		})
		must(t, err)
		p, err := g.Compile(dev)
		must(t, err)
		must(t, p.Run())
		at, err := p.Tensor(y)
		must(t, err)
		weight, offset, table := dev.Download64(w.Tensors[0].Value), dev.Download64(bias), dev.Download64(w.Tensors[2].Value)
		cols := len(offset)
		for i, got := range dev.Download64(at) {
			row, unit := i/2, i%2
			var v []float64
			for j := unit * c.act.Pieces; j < (unit+1)*c.act.Pieces; j++ {
				sum := offset[j] + table[(1-row)*cols+j]
				for k := range 3 {
					sum += in[3*row+k] * weight[k*cols+j]
				}
				v = append(v, sum)
			}
			if want := c.apply(v); math.Abs(got-want) > 1e-7 {
				t.Errorf("%s: y[%d] is %.9g, want %.9g", c.act.Name, i, got, want)
			}
		}
	}
}
