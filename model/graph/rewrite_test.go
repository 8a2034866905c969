package graph_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/model/graph"
)

// TestPenaltyCopiesNothing: the gradient of a loss and an R1 penalty of a perceptron has one
// joined product a weight, (a;c)ᵀ(b;d), and no copy; nodes that nobody reads are left out.
func TestPenaltyCopiesNothing(t *testing.T) {
	o := newOracle(t)
	w, bias, out, outBias := o.floats(3, 4), o.floats(4), o.floats(4, 1), o.floats(1)
	realImages, z, generator := o.floats(2, 3), o.floats(2, 2), o.floats(2, 3)
	p := o.compile(func(b *graph.Builder) {
		first := b.AddNoise(b.Leaf("real", realImages), o.random(b), 0.1, 0)
		fake := b.MatMul(b.Leaf("z", z), b.Leaf("generator", generator), false, false)
		x := b.BiasLinear(b.MatMul(b.Join(first, fake), b.Leaf("eye", o.floats(3, 3)), false, false), b.Leaf("zero", o.floats(3)))
		hidden := b.BiasReLU(b.MatMul(x, b.Leaf("w", w), false, false), b.Leaf("bias", bias), 0.2)
		logits := b.BiasLinear(b.MatMul(hidden, b.Leaf("out", out), false, false), b.Leaf("outBias", outBias))
		b.BiasTanh(logits, b.Leaf("outBias", outBias)) // nobody reads it
		g := b.Grad([]graph.Seed{{Of: b.Rows(logits, 0, 2), D: b.Ones(2, 1)}}, b.Rows(x, 0, 2))[0]
		seeds := []graph.Seed{{Of: b.BCELogits(logits, 1, 1)}, {Of: b.Penalty(g, 1, 0)}}
		for _, d := range b.Grad(seeds, b.Leaf("w", w), b.Leaf("out", out)) {
			b.Store(d, o.floats(d.Shape...))
		}
	})
	count := map[string]int{}
	for _, name := range p.Launches() {
		count[name]++
	}
	// add_noise works in place on a copy of the leaf.
	want := map[string]int{"copy": 1, "add": 0, "matmul TN": 2, "bias_tanh": 0}
	for name, n := range want {
		if count[name] != n {
			t.Errorf("%d launches of %s, want %d: %v", count[name], name, n, p.Launches())
		}
	}
}

// random is a key and a step.
func (o *oracle) random(b *graph.Builder) graph.Random {
	words := func(n int) *graph.Value {
		return b.Leaf("words", o.tensor(graph.Type{Elem: tensor.Uint32, Shape: []int{n}}))
	}
	return graph.Random{Key: words(2), Step: words(1), Stream: 3}
}

// TestSignsAfterDropout: a rectifier's gradient reads its output after dropout, which works
// in place then. A gradient that does not pass through the dropout needs the output itself.
func TestSignsAfterDropout(t *testing.T) {
	for _, through := range []bool{true, false} {
		t.Run(fmt.Sprint(through), func(t *testing.T) {
			o := newOracle(t)
			x, w, bias, d := o.floats(6, 5), o.floats(5, 5), o.floats(5), o.floats(6, 5)
			var y, dropped, g *graph.Value
			p := o.compile(func(b *graph.Builder) {
				product := b.MatMul(b.Leaf("x", x), b.Leaf("w", w), false, false)
				y = b.BiasReLU(product, b.Leaf("bias", bias), 0.2)
				dropped = b.Keep(b.Dropout(y, o.random(b), 0.5))
				seed := graph.Seed{Of: y, D: b.Leaf("d", d)}
				if through {
					seed.Of = dropped
				}
				g = b.Keep(b.Grad([]graph.Seed{seed}, b.Leaf("bias", bias))[0])
			})
			if through {
				// One copy: of the leaf d, which dropout cannot work on in place.
				copies := 0
				for _, name := range p.Launches() {
					if name == "copy" {
						copies++
					}
				}
				if copies != 1 {
					t.Errorf("%d copies, want 1: %v", copies, p.Launches())
				}
				want := o.differences(bias, func() float64 {
					must(t, p.Run())
					return dot(o.values(p, dropped), o.dev.Download64(d))
				})
				must(t, p.Run())
				o.compare("bias", o.values(p, g), want)
				return
			}
			must(t, p.Run())
			xs, ws, bs, ds := o.dev.Download64(x), o.dev.Download64(w), o.dev.Download64(bias), o.dev.Download64(d)
			want := make([]float64, 5)
			for i := range 30 {
				v := bs[i%5]
				for k := range 5 {
					v += xs[i/5*5+k] * ws[k*5+i%5]
				}
				if v <= 0 {
					ds[i] *= float64(float32(0.2))
				}
				want[i%5] += ds[i]
			}
			if got := o.values(p, g); !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
				t.Errorf("the gradient is %v, want %v", got, want)
			}
		})
	}
}
