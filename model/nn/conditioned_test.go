package nn_test

import (
	"math"
	"testing"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestConditionedPack: with several images a row, each image's label adds the row of
// class.weight of its place and its class.
func TestConditionedPack(t *testing.T) {
	const pack, classes, units = 2, 3, 4
	l := newLab(t)
	net := &nn.Net{Name: "n", Layers: []nn.Layer{
		nn.Conditioned{Dense: nn.Dense{In: 2, Units: units, Activation: nn.Linear()}, Classes: classes, Pack: pack}}}
	w := l.weights(net, 3)
	labels := []int{2, 0, 1, 1} // of two rows
	oneHot := make([]float64, len(labels)*classes)
	for i, class := range labels {
		oneHot[i*classes+class] = 1
	}
	in := []float64{1, -1, .5, 2}
	x, vectors := l.floats(in, 2, 2), l.floats(oneHot, len(labels), classes)
	got := l.run(func(b *graph.Builder) *graph.Value {
		return w.Apply(&nn.Pass{Builder: b, OneHot: b.Leaf("vectors", vectors)}, b.Leaf("x", x))
	})
	weight, table := l.dev.Download64(w.Tensors[0].Value), l.dev.Download64(w.Tensors[2].Value)
	for i, v := range got {
		row, unit := i/units, i%units
		want := in[2*row]*weight[unit] + in[2*row+1]*weight[units+unit]
		for image := range pack {
			want += table[(image*classes+labels[pack*row+image])*units+unit]
		}
		if math.Abs(v-want) > 1e-12 {
			t.Errorf("y[%d] is %v, want %v", i, v, want)
		}
	}
}
