package nn_test

import (
	"testing"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
	"gorgan/model/streams"
)

// TestDropout: what the layer leaves out is what its stream says, the family of dropout with
// the number of the layer and the stage of the step, from the first row on.
func TestDropout(t *testing.T) {
	const rows, cols, first, stage, rate = 3, 5, 2, 7, 0.25
	l := newLab(t)
	key, step := l.words(11, 22), l.words(4)
	ones := make([]float64, rows*cols)
	for i := range ones {
		ones[i] = 1
	}
	x := l.floats(ones, rows, cols)
	for _, number := range []int{0, 2} {
		got := l.run(func(b *graph.Builder) *graph.Value {
			p := &nn.Pass{Builder: b, Random: graph.Random{Key: b.Leaf("key", key), Step: b.Leaf("step", step), Stream: stage, First: first}}
			return nn.Dropout{Number: number, Rate: rate}.Apply(p, nil, b.Leaf("x", x))
		})
		stream := uint32(streams.Dropout + kernels.Stream(number)<<16 + stage)
		for i, v := range got {
			e := uint32(first*cols + i)
			word := kernels.Philox4x32([4]uint32{e / 4, stream, 4, 0}, [2]uint32{11, 22})[e%4]
			want := 0.0
			if float64(word>>8)/(1<<24) < 1-rate {
				want = 1 / (1 - rate)
			}
			if v != want {
				t.Errorf("layer %d: element %d is %v, want %v", number, i, v, want)
			}
		}
	}
}
