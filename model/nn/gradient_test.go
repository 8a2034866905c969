package nn_test

import (
	"math"
	"testing"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestGradient holds the gradient of a loss and of a penalty on the gradient at the input
// against central differences, for a net of every kind of layer.
func TestGradient(t *testing.T) {
	const rows = 3
	l := newLab(t)
	w := l.weights(&nn.Net{Name: "d", Layers: []nn.Layer{
		nn.Dropout{Number: 0, Rate: 0.2},
		nn.Conditioned{Dense: nn.Dense{Number: 0, In: 4, Units: 6, Activation: nn.ReLU(0.2)}, Classes: 3, Pack: 1},
		nn.Dropout{Number: 1, Rate: 0.4},
		nn.Dense{Number: 1, In: 6, Units: 4, Activation: nn.Maxout(3)},
		nn.Dense{Number: 2, In: 4, Units: 1, Activation: nn.Linear()},
	}}, 9)
	x := l.floats([]float64{.3, -1, .8, 2, -.4, .9, 1.1, -.7, .2, .6, -1.3, .5}, rows, 4)
	labels, key, step := l.words(2, 0, 1), l.words(5, 6), l.words(1)
	seeds := func(b *graph.Builder) []graph.Seed {
		in := b.Leaf("x", x)
		logits := w.Apply(&nn.Pass{Builder: b, Labels: b.Leaf("labels", labels),
			Random: graph.Random{Key: b.Leaf("key", key), Step: b.Leaf("step", step)}}, in)
		slope := b.Grad([]graph.Seed{{Of: logits, D: b.Ones(rows, 1)}}, in)[0]
		return []graph.Seed{{Of: b.BCELogits(logits, 1, 1)}, {Of: b.Penalty(slope, 0.7, 1)}}
	}
	total := func() (sum float64) {
		for i := range 2 {
			sum += l.run(func(b *graph.Builder) *graph.Value { return seeds(b)[i].Of })[0]
		}
		return sum
	}
	for i, p := range w.Tensors {
		got := l.run(func(b *graph.Builder) *graph.Value { return b.Grad(seeds(b), w.Leaves(b)...)[i] })
		values := l.dev.Download64(p.Value)
		for j := range values {
			const h = 1e-6
			var at [2]float64
			for k, sign := range []float64{1, -1} {
				moved := append([]float64(nil), values...)
				moved[j] += sign * h
				must(t, l.dev.Upload64(p.Value, moved))
				at[k] = total()
			}
			must(t, l.dev.Upload64(p.Value, values))
			if want := (at[0] - at[1]) / (2 * h); math.Abs(got[j]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s: gradient %d is %.9g, differences say %.9g", p.Name, j, got[j], want)
			}
		}
	}
}
