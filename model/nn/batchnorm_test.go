package nn_test

import (
	"math"
	"slices"
	"testing"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestBatchNorm holds the layer against a plain formula: with the statistics of each batch, and without
// batches with the averages.
func TestBatchNorm(t *testing.T) {
	const images, pixels, channels = 4, 3, 2
	l := newLab(t)
	w := l.weights(&nn.Net{Name: "n", Layers: []nn.Layer{
		nn.BatchNorm{Number: 5, Values: pixels * channels, Channels: channels, Activation: nn.ReLU(0.5), Averages: true}}}, 3)
	var names []string
	for _, p := range w.Tensors {
		names = append(names, p.Name)
	}
	if want := []string{"n.5.scale", "n.5.bias", "n.5.mean", "n.5.variance"}; !slices.Equal(names, want) {
		t.Fatalf("the parameters are %v, want %v", names, want)
	}
	scale := l.dev.Download64(w.Tensors[0].Value)
	for _, s := range scale {
		if s == 1 || math.Abs(s-1) > 0.1 {
			t.Errorf("a scale begins at %v, want a number near 1", s)
		}
	}
	if first := l.dev.Download64(w.Tensors[3].Value); first[0] != 1 || first[1] != 1 {
		t.Errorf("the variances begin at %v, want 1", first)
	}
	bias, mean, variance := []float64{.3, -.2}, []float64{.7, -1}, []float64{2, .5}
	for i, v := range [][]float64{bias, mean, variance} {
		must(t, l.dev.Upload64(w.Tensors[i+1].Value, v))
	}
	in := make([]float64, images*pixels*channels)
	for i := range in {
		in[i] = math.Sin(float64(3 * i))
	}
	x := l.floats(in, images, pixels*channels)
	for _, batch := range []int{0, 2} {
		var moves []nn.Move
		got := l.run(func(b *graph.Builder) *graph.Value {
			return w.Apply(&nn.Pass{Builder: b, BatchRows: batch, Moves: func(m nn.Move) {
				moves = append(moves, m)
			}}, b.Leaf("x", x))
		})
		if want := min(batch, 2); len(moves) != want {
			t.Errorf("a batch of %d has %d moves, want %d", batch, len(moves), want)
		}
		for i, v := range got {
			c, m, s := i%channels, mean[i%channels], variance[i%channels]
			if batch > 0 {
				rows := in[i/(batch*pixels*channels)*batch*pixels*channels:][:batch*pixels*channels]
				m, s = 0, 0
				for j := c; j < len(rows); j += channels {
					m += rows[j] / float64(batch*pixels)
				}
				for j := c; j < len(rows); j += channels {
					s += (rows[j] - m) * (rows[j] - m) / float64(batch*pixels)
				}
			}
			y := scale[c]*(in[i]-m)/math.Sqrt(s+1e-5) + bias[c]
			if want := max(y, y/2); math.Abs(v-want) > 1e-7 {
				t.Errorf("batches of %d: y[%d] is %v, want %v", batch, i, v, want)
			}
		}
	}
}
