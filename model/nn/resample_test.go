package nn_test

import (
	"math"
	"testing"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestResample holds each kind against the pixels of images of one row of pixels, which a border repeats
// above and below, and against its summary.
func TestResample(t *testing.T) {
	for _, c := range []struct {
		layer    nn.Resample
		kind     string
		in, want []float64
	}{
		{nn.Resample{Height: 1, Width: 2, Channels: 1}, "upsample", []float64{4, 8}, []float64{4, 4, 8, 8, 4, 4, 8, 8}},
		{nn.Resample{Height: 1, Width: 2, Channels: 1, Bilinear: true}, "bilinear-upsample", []float64{4, 8}, []float64{4, 5, 7, 8, 4, 5, 7, 8}},
		{nn.Resample{Height: 2, Width: 4, Channels: 1, Down: true}, "downsample", []float64{0, 8, 16, 24, 0, 8, 16, 24}, []float64{4, 20}},
		{nn.Resample{Height: 2, Width: 4, Channels: 1, Bilinear: true, Down: true}, "bilinear-downsample",
			[]float64{0, 8, 16, 24, 0, 8, 16, 24}, []float64{5, 19}},
	} {
		l := newLab(t)
		x := l.floats(c.in, 1, len(c.in))
		got := l.run(func(b *graph.Builder) *graph.Value { return c.layer.Apply(&nn.Pass{Builder: b}, nil, b.Leaf("x", x)) })
		if len(got) != len(c.want) {
			t.Fatalf("%s: got %v, want %v", c.kind, got, c.want)
		}
		for i, v := range got {
			if math.Abs(v-c.want[i]) > 1e-12 {
				t.Errorf("%s: got %v, want %v", c.kind, got, c.want)
				break
			}
		}
		net := nn.Net{Name: "n", Layers: []nn.Layer{c.layer}}
		s := net.Summaries()[0]
		if s.Kind != c.kind || s.In != len(c.in) || s.Out != len(c.want) || s.Values != s.Out || net.In() != s.In || net.Out() != s.Out {
			t.Errorf("the summary of %s is %+v", c.kind, s)
		}
	}
}
