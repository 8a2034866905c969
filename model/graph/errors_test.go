package graph_test

import (
	"errors"
	"fmt"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// TestErrors: what does not fit ends Build with one sentence.
func TestErrors(t *testing.T) {
	float := func(shape ...int) *graph.Value {
		return graph.NewLeaf(graph.Type{Elem: tensor.Float32, Shape: shape})
	}
	word := graph.NewLeaf(graph.Type{Elem: tensor.Uint32, Shape: []int{3}})
	r := graph.Random{Key: word, Step: word}
	o := newOracle(t)
	for _, c := range []struct {
		build func(b *graph.Builder)
		want  string
	}{
		{func(b *graph.Builder) { b.MatMul(float(2, 3), float(4, 5), false, false) },
			"matmul NN: (2,3) by (4,5), want as many columns of the first as rows of the second"},
		{func(b *graph.Builder) { b.MatMul(word, float(4, 5), true, false) },
			"matmul TN: an input is of type uint32 [3], want a float32 matrix"},
		{func(b *graph.Builder) { b.BiasTanh(float(2, 3), float(4)) }, "bias_tanh: a bias of 4, want 3"},
		{func(b *graph.Builder) { b.Maxout(float(2, 5), float(5), 2) }, "maxout: 5 columns, want a multiple of the 2 pieces"},
		{func(b *graph.Builder) { b.Add(float(2, 5), float(5, 2)) }, "add: types float32 [2 5] and float32 [5 2], want the same"},
		{func(b *graph.Builder) { b.Dropout(float(2, 5), r, 0) }, "dropout: a probability of 0 to keep an element, want above 0, at most 1"},
		{func(b *graph.Builder) { b.ClassBias(float(2, 5), float(3, 5), word) },
			"class_bias: inputs of types float32 [2 5], float32 [3 5] and uint32 [3], want a matrix, a table with the same number of columns, and a label for each row"},
		{func(b *graph.Builder) {
			b.Conv(float(2, 6), float(1, 1, 2, 4), kernels.Convolution{Height: 1, Width: 1, Channels: 6, Outputs: 4, KernelHeight: 1, KernelWidth: 1, Stride: 1, Groups: 3})
		}, "conv_groups: a convolution from 6 channels to 4 in 3 groups, want groups that divide both numbers"},
		{func(b *graph.Builder) {
			b.Upsample(float(2, 5), kernels.Resampling{Height: 1, Width: 2, Channels: 3}, 1)
		},
			"upsample: images of 5 values, want 6"},
		{func(b *graph.Builder) {
			b.Downsample(float(2, 6), kernels.Resampling{Height: 1, Width: 2, Channels: 3}, 1)
		},
			"downsample: images of 6 values, want 24"},
		{func(b *graph.Builder) { b.Downsample(float(2, 6), kernels.Resampling{Height: 1, Width: 2}, 1) },
			"downsample: images of 1x2x0, want positive sizes"},
		{func(b *graph.Builder) { b.GroupDeviation(float(12, 5), 4, 6) },
			"group_deviation: groups of 4 images in batches of 6, of 12 images together, want groups that divide a batch"},
		{func(b *graph.Builder) { b.TakeColumns(float(2, 5), 3, 3) }, "take_columns: columns 3 to 5 of 5"},
		{func(b *graph.Builder) { b.LabelLogit(float(2, 5), nil) }, "the logit of a label: there are no labels"},
		{func(b *graph.Builder) { b.LabelLogit(float(2, 5), word) },
			"the logit of a label: 3 labels for 2 rows, want a label for each row"},
		{func(b *graph.Builder) { b.Pairing(float(2, 1), float(3, 1)) },
			"pairing: inputs of types float32 [2 1] and float32 [3 1], want the same number of floats"},
		{func(b *graph.Builder) { b.Reshape(float(2, 5), 3, 3) }, "reshape: shape [3 3] has 9 elements, want 10 as [2 5]"},
		{func(b *graph.Builder) { b.Rows(float(2, 5), 1, 2) }, "rows 1 to 2 of a value with 2 rows"},
		{func(b *graph.Builder) { b.Join(float(2, 5), float(2, 4)) },
			"join: a value of type float32 [2 4] beside one of float32 [2 5], want the same number of columns"},
		{func(b *graph.Builder) { b.Store(float(2), o.floats(2)) }, "store: the value is not an output of a node"},
		{func(b *graph.Builder) { b.Store(b.MatMul(float(2, 3), float(3, 2), false, false), o.floats(3)) },
			"store: the tensor is of 3 float32, want float32 [2 2]"},
		{func(b *graph.Builder) { b.Grad(nil, float(2, 3)) },
			"the gradient at a value of type float32 [2 3] is 0 on some or all of its rows"},
		{func(b *graph.Builder) {
			x := float(2, 3)
			y := b.MatMul(x, float(2, 3), true, false)
			b.Grad([]graph.Seed{{Of: b.Rows(y, 0, 1), D: float(1, 3)}}, x)
		}, "matmul TN: a gradient arrives at 3 of 9 elements"},
		{func(b *graph.Builder) {
			x := float(2, 3)
			y := b.BiasLinear(x, float(3))
			b.Grad([]graph.Seed{{Of: b.Rows(b.Reshape(y, 3, 2), 0, 1), D: float(1, 2)}}, x)
		}, "bias_linear: a gradient arrives at elements 0 to 1, want whole rows of 3"},
		{func(b *graph.Builder) {
			x := float(2, 3)
			y := b.BiasReLU(x, float(3), 0)
			b.Grad([]graph.Seed{{Of: y.Outputs()[0], D: float(2, 3)}}, b.Uniform(r, 2, 3))
		}, "the gradient at a value of type float32 [2 3] is 0 on some or all of its rows"},
		{func(b *graph.Builder) { b.Grad([]graph.Seed{{Of: float(2, 3), D: float(2, 2)}}, float(2, 3)) },
			"a gradient of type float32 [2 2] at a value of type float32 [2 3], want as many elements"},
		{func(b *graph.Builder) { b.Grad([]graph.Seed{{Of: float(1, 1)}}, float(2, 3)) },
			"a value of type float32 [1 1] is differentiated that is no loss, want the gradient there"},
	} {
		g, err := graph.Build(c.build)
		if got := fmt.Sprint(err); got != "graph: "+c.want || g != nil {
			t.Errorf("got error %q, want %q", got, "graph: "+c.want)
		}
	}
}

// TestForeignPanic: a panic that is no error of the builder goes through Build.
func TestForeignPanic(t *testing.T) {
	foreign := errors.New("foreign")
	defer func() {
		if r := recover(); r != foreign {
			t.Errorf("recovered %v, want %v", r, foreign)
		}
	}()
	graph.Build(func(*graph.Builder) { panic(foreign) })
	t.Error("Build returned")
}

// TestTensorOutside: a value that has no memory in a program is an error.
func TestTensorOutside(t *testing.T) {
	o := newOracle(t)
	var join *graph.Value
	p := o.compile(func(b *graph.Builder) {
		join = b.Join(b.Leaf("x", o.floats(2, 3)), b.Leaf("y", o.floats(2, 3)))
	})
	want := "graph: a value of type float32 [4 3] is not part of this program, or lies in several places"
	if _, err := p.Tensor(join); fmt.Sprint(err) != want {
		t.Errorf("got error %v, want %q", err, want)
	}
}
