package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// block is a residual block from 1x2x3 to 1x2x2, between dense layers.
var block = nn.Net{Name: "n", Layers: []nn.Layer{
	nn.Dense{Number: 0, In: 4, Units: 6, Activation: nn.ReLU(0)},
	nn.Dropout{Number: 1, Rate: 0.5},
	nn.Residual{
		Layers: []nn.Layer{
			nn.Dropout{Number: 2, Rate: 0.5},
			nn.Conv{Number: 1, Convolution: same(3, 5, 3, 1), Activation: nn.ReLU(0.2)},
			nn.Conv{Number: 2, Convolution: same(5, 2, 1, 0), Activation: nn.NoActivation()},
			nn.BatchNorm{Number: 2, Values: 4, Channels: 2, Activation: nn.Linear(), Averages: true},
		},
		Skip: []nn.Layer{nn.Conv{Number: 3, Convolution: same(3, 2, 1, 0), Activation: nn.NoActivation()}},
	},
	nn.Bias{Number: 3, Values: 4, Channels: 2, Activation: nn.ReLU(0.2)},
	nn.Dense{Number: 4, In: 4, Units: 1, Activation: nn.Linear()},
}}

// TestResidualLayout: the parameters of a block are those of its layers, each once, and its summaries are
// those of its layers and the sum.
func TestResidualLayout(t *testing.T) {
	all, _ := block.Layout()
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	want := []string{"n.0.weight", "n.0.bias", "n.1.weight", "n.1.bias", "n.2.weight", "n.2.scale", "n.2.bias", "n.2.mean", "n.2.variance",
		"n.3.weight", "n.3.bias", "n.4.weight", "n.4.bias"}
	if !slices.Equal(names, want) {
		t.Errorf("the parameters are %v, want %v", names, want)
	}
	var lines []string
	for _, s := range block.Summaries() {
		lines = append(lines, fmt.Sprint(s.Number, " ", s.Kind, " ", s.In, " ", s.Out, " ", s.Parameters, " ", s.Averages, " ", s.Values))
	}
	want = []string{"0 dense 4 6 30 0 6", "1 conv 6 10 140 0 10", "2 conv 10 4 10 0 4", "2 batch-norm 4 4 4 4 4", "3 conv 6 4 6 0 4",
		"2 residual 6 4 0 0 4", "3 bias 4 4 2 0 4", "4 dense 4 1 5 0 1"}
	if !slices.Equal(lines, want) {
		t.Errorf("the summaries are\n%q, want\n%q", lines, want)
	}
	for first, in := range map[int]int{0: 4, 2: 6, 3: 4} {
		if net := (nn.Net{Layers: block.Layers[first:]}); net.In() != in || net.Out() != 1 {
			t.Errorf("from layer %d on the net has %d inputs and %d outputs, want %d and 1", first, net.In(), net.Out(), in)
		}
	}
}

// TestResidual: a block is the sum of its chains, with the parameters of each in its place, and its
// statistics reach the averages inside.
func TestResidual(t *testing.T) {
	l := newLab(t)
	net := nn.Net{Name: "n", Layers: block.Layers[2:3]}
	w := l.weights(&net, 3)
	x := l.floats([]float64{1, -2, .5, 3, .25, -1, 2, 0, -.5, 1, 1, -3}, 2, 6)
	key, step := l.words(5, 6), l.words(1)
	apply := func(b *graph.Builder, x *graph.Value, layers []nn.Layer, params []*graph.Value, averages *[]string) *graph.Value {
		p := &nn.Pass{Builder: b, BatchRows: 2, Random: graph.Random{Key: b.Leaf("key", key), Step: b.Leaf("step", step)},
			Moves: func(m nn.Move) {
				for i, leaf := range w.Leaves(b) {
					if leaf == m.Param {
						*averages = append(*averages, w.Tensors[i].Name)
					}
				}
			}}
		for _, layer := range layers {
			n := len(layer.Params())
			x, params = layer.Apply(p, params[:n], x), params[n:]
		}
		return x
	}
	var averages, ignored []string
	got := l.run(func(b *graph.Builder) *graph.Value {
		return apply(b, b.Leaf("x", x), net.Layers, w.Leaves(b), &averages)
	})
	if want := []string{"n.2.mean", "n.2.variance"}; !slices.Equal(averages, want) {
		t.Errorf("the statistics are of %v, want %v", averages, want)
	}
	r := block.Layers[2].(nn.Residual)
	inside := l.run(func(b *graph.Builder) *graph.Value { return apply(b, b.Leaf("x", x), r.Layers, w.Leaves(b), &ignored) })
	skip := l.run(func(b *graph.Builder) *graph.Value {
		return apply(b, b.Leaf("x", x), r.Skip, w.Leaves(b)[7:], &ignored)
	})
	for i, v := range got {
		if want := inside[i] + skip[i]; math.Abs(v-want) > 1e-12 || inside[i] == 0 || skip[i] == 0 {
			t.Errorf("y[%d] is %v, want %v + %v", i, v, inside[i], skip[i])
		}
	}
}
