package nn_test

import (
	"math"
	"strings"
	"testing"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestMinibatchStddev holds the layer against a plain formula. The images of a batch do not
// change those of another.
func TestMinibatchStddev(t *testing.T) {
	const batch, batches, group, pixels, channels = 4, 2, 2, 3, 2
	l := newLab(t)
	layer := nn.MinibatchStddev{Number: 1, Height: 1, Width: pixels, Channels: channels, Group: group}
	in := make([]float64, batch*batches*pixels*channels)
	for i := range in {
		in[i] = math.Sin(float64(5 * i))
	}
	x := l.floats(in, batch*batches, pixels*channels)
	apply := func(b *graph.Builder, of int) *graph.Value {
		return layer.Apply(&nn.Pass{Builder: b, BatchRows: of}, nil, b.Leaf("x", x))
	}
	got := l.run(func(b *graph.Builder) *graph.Value { return apply(b, batch) })
	const values = pixels * channels
	for i, y := range got {
		image, pixel, channel := i/(pixels*(channels+1)), i/(channels+1)%pixels, i%(channels+1)
		want := 0.0
		if channel < channels {
			want = in[image*values+pixel*channels+channel]
		} else {
			of := image / group * group
			for f := range values {
				// Of two numbers, the deviation is half of their distance.
				half := (in[of*values+f] - in[(of+1)*values+f]) / 2
				want += math.Sqrt(half*half+1e-8) / values
			}
		}
		if math.Abs(y-want) > 1e-12 {
			t.Errorf("y[%d] is %v, want %v", i, y, want)
		}
	}
	if s := layer.Summary(); s.In != values || s.Out != len(got)/(batch*batches) {
		t.Errorf("the summary is %+v", s)
	}
	_, err := graph.Build(func(b *graph.Builder) { apply(b, 1) })
	if err == nil || !strings.Contains(err.Error(), "want groups that divide a batch") {
		t.Errorf("got error %v for groups larger than a batch", err)
	}
}
