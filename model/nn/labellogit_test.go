package nn_test

import (
	"slices"
	"strings"
	"testing"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestLabelLogit: each row's output is the logit of its label, and the gradient lies there alone.
func TestLabelLogit(t *testing.T) {
	const rows, classes = 3, 4
	l := newLab(t)
	w := l.weights(&nn.Net{Name: "n", Layers: []nn.Layer{
		nn.Dense{Number: 0, In: classes, Units: classes, Activation: nn.NoActivation()},
		nn.LabelLogit{Number: 0, Classes: classes},
	}}, 3)
	must(t, l.dev.Upload64(w.Tensors[0].Value, []float64{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}))
	if w.In() != classes || w.Out() != 1 {
		t.Errorf("the net has %d inputs and %d outputs, want %d and 1", w.In(), w.Out(), classes)
	}
	x := l.floats([]float64{1, 2, 3, 4, 50, 6, 7, 8, -9, 10, 11, -12}, rows, classes)
	d, labels := l.floats([]float64{.5, -2, 3}, rows, 1), l.words(3, 0, 1)
	apply := func(b *graph.Builder) (in, out *graph.Value) {
		in = b.Leaf("x", x)
		return in, w.Apply(&nn.Pass{Builder: b, Labels: b.Leaf("labels", labels)}, in)
	}
	got := l.run(func(b *graph.Builder) *graph.Value { _, y := apply(b); return y })
	if want := []float64{4, 50, 10}; !slices.Equal(got, want) {
		t.Errorf("y is %v, want %v", got, want)
	}
	got = l.run(func(b *graph.Builder) *graph.Value {
		in, y := apply(b)
		return b.Grad([]graph.Seed{{Of: y, D: b.Leaf("d", d)}}, in)[0]
	})
	if want := []float64{0, 0, 0, .5, -2, 0, 0, 0, 0, 3, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("the gradient is %v, want %v", got, want)
	}
	of := func(head nn.LabelLogit) []float64 {
		return l.run(func(b *graph.Builder) *graph.Value {
			return head.Apply(&nn.Pass{Builder: b, Labels: b.Leaf("labels", l.words(1, 0, 1))}, nil, b.Leaf("x", x))
		})
	}
	for _, c := range []struct {
		head nn.LabelLogit
		want []float64
	}{
		{nn.LabelLogit{Classes: 3, Projection: true}, []float64{1 + 3, 50 + 6, -9 + 11}},
		{nn.LabelLogit{Classes: 2, Beside: 2}, []float64{2, 3, 4, 50, 7, 8, 10, 11, -12}},
		{nn.LabelLogit{Classes: 2, Projection: true, Beside: 1}, []float64{1 + 3, 4, 50 + 6, 8, -9 + 11, -12}},
	} {
		if got := of(c.head); !slices.Equal(got, c.want) {
			t.Errorf("%+v makes %v, want %v", c.head, got, c.want)
		}
		if s := c.head.Summary(); s.In != classes || s.Out*rows != len(c.want) {
			t.Errorf("%+v is described as %+v", c.head, s)
		}
	}
	for _, c := range []struct {
		labels []uint32
		want   string
	}{{nil, "there are no labels"}, {[]uint32{1, 2}, "2 labels for 3 rows, want a label for each row"}} {
		_, err := graph.Build(func(b *graph.Builder) {
			p := &nn.Pass{Builder: b}
			if c.labels != nil {
				p.Labels = b.Leaf("labels", l.words(c.labels...))
			}
			w.Apply(p, b.Leaf("x", x))
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q in it", err, c.want)
		}
	}
}
