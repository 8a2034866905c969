package graph

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Example is an operation on inputs that it takes.
type Example struct {
	Name string // of the operation
	In   []Type
	// Make appends the operation to b and returns its first output.
	Make func(b *Builder, in []*Value) *Value
	// Gradient has the inputs that a gradient flows to; none where the operation is the
	// end of all gradients. Second has those of them whose gradient can be differentiated
	// once more.
	Gradient, Second []int
}

// Examples has every operation at least once.
var Examples = []Example{
	{"bias_linear", xBias, pair(func(b *Builder, x, y *Value) *Value { return b.BiasLinear(x, y) }), both, first},
	{"bias_tanh", xBias, pair(func(b *Builder, x, y *Value) *Value { return b.BiasTanh(x, y) }), both, first},
	{"bias_sigmoid", xBias, pair(func(b *Builder, x, y *Value) *Value { return b.BiasSigmoid(x, y) }), both, first},
	{"bias_relu", xBias, pair(func(b *Builder, x, y *Value) *Value { return b.BiasReLU(x, y, 0) }), both, first},
	{"bias_relu", xBias, pair(func(b *Builder, x, y *Value) *Value { return b.BiasReLU(x, y, 0.2) }), both, first},
	{"tanh_grad", twice, of(curvedGradOf((*Builder).BiasTanh)), both, both},
	{"sigmoid_grad", twice, of(curvedGradOf((*Builder).BiasSigmoid)), both, both},
	{"relu_grad", twice, of(reluGrad{0.2}), first, first},
	{"linear_grad", once, of(columnSum{}), nil, nil},
	{"class_bias", []Type{floats(3, 4), floats(3, 4), words(3)}, func(b *Builder, in []*Value) *Value { return b.ClassBias(in[0], in[1], in[2]) }, both, first},
	{"class_grad", []Type{floats(3, 4), words(3)}, of(classGrad{3}), nil, nil},
	{"matmul NN", []Type{floats(3, 4), floats(4, 5)}, of(matMul{false, false}), both, both},
	{"matmul NT", []Type{floats(3, 4), floats(5, 4)}, of(matMul{false, true}), both, both},
	{"matmul TN", []Type{floats(4, 3), floats(4, 5)}, of(matMul{true, false}), both, both},
	{"matmul TT", []Type{floats(4, 3), floats(5, 4)}, of(matMul{true, true}), both, both},
	{"mul", twice, pair(func(b *Builder, x, y *Value) *Value { return b.Mul(x, y, -2) }), both, both},
	{"affine", once, func(b *Builder, in []*Value) *Value { return b.Affine(in[0], 2, -1) }, first, first},
	{"add", twice, pair((*Builder).Add), both, both},
	{"bce_logits", column, func(b *Builder, in []*Value) *Value { return b.BCELogits(in[0], 0.9, 1) }, first, nil},
	{"least_squares", column, func(b *Builder, in []*Value) *Value { return b.LeastSquares(in[0], 1, 0.5) }, first, nil},
	{"hinge", column, func(b *Builder, in []*Value) *Value { return b.Hinge(in[0], -1) }, first, nil},
	{"wasserstein", column, func(b *Builder, in []*Value) *Value { return b.Mean(in[0], -1) }, first, nil},
	{"pairing", []Type{floats(3, 1), floats(3, 1)}, pair((*Builder).Pairing), both, nil},
	{"softmax_logits", twice, pair(func(b *Builder, x, t *Value) *Value { return b.SoftmaxLogits(x, t, 0.7) }), first, nil},
	{"row_penalty", once, func(b *Builder, in []*Value) *Value { return b.Penalty(in[0], 5, 0) }, first, nil},
	{"row_penalty", once, func(b *Builder, in []*Value) *Value { return b.Penalty(in[0], 10, 1) }, first, nil},
	{"maxout", []Type{floats(3, 6), floats(6)}, pair(func(b *Builder, x, y *Value) *Value { return b.Maxout(x, y, 3) }), both, first},
	{"maxout_grad", []Type{floats(3, 2), floats(3, 6)}, of(maxoutGrad{3}), first, first},
	{"maxout_pick", []Type{floats(3, 6), floats(3, 6)}, of(maxoutPick{3}), first, first},
	{"uniform", random(), func(b *Builder, in []*Value) *Value { return b.Uniform(drawn(in), 3, 4) }, nil, nil},
	{"shuffle", random(), func(b *Builder, in []*Value) *Value { return b.BatchIndex(drawn(in), 3, 5, 1, 0) }, nil, nil},
	{"gather", []Type{words(6), bytes(5, 4)}, pair(func(b *Builder, index, data *Value) *Value { return b.Gather(index, data, 3) }), nil, nil},
	{"one_hot", []Type{words(3)}, func(b *Builder, in []*Value) *Value { return b.OneHot(in[0], 4) }, nil, nil},
	{"labels", []Type{words(3), words(5)}, pair((*Builder).Labels), nil, nil},
	{"interpolate", random(floats(3, 4), floats(3, 4)), func(b *Builder, in []*Value) *Value { return b.Interpolate(in[0], in[1], drawn(in)) }, nil, nil},
	{"deviation", once, func(b *Builder, in []*Value) *Value { return b.Deviation(in, 1) }, nil, nil},
	{"perturb", random(floats(3, 4), floats(1)), func(b *Builder, in []*Value) *Value { return b.Perturb(in[0], in[1], drawn(in), 0.5) }, nil, nil},
	{"add_noise", random(floats(3, 4)), func(b *Builder, in []*Value) *Value { return b.AddNoise(in[0], drawn(in), 0.3, 0) }, first, first},
	{"dropout", random(floats(3, 4)), func(b *Builder, in []*Value) *Value { return b.Dropout(in[0], later(in), 0.6) }, first, first},
	{"translate", random(floats(3, 30)), func(b *Builder, in []*Value) *Value { return b.Translate(in[0], image, drawn(in), 1, 2) }, first, first},
	{"cutout", random(floats(3, 30)), func(b *Builder, in []*Value) *Value { return b.Cutout(in[0], image, drawn(in), 2, 3) }, first, first},
	{"colour", random(floats(3, 30)), func(b *Builder, in []*Value) *Value { return b.Colour(in[0], image, drawn(in), 0.25, 1, 0.5) }, first, first},
	{"conv", []Type{floats(2, 30), floats(3, 2, 1, 2)}, pair(func(b *Builder, x, w *Value) *Value { return b.Conv(x, w, small) }), both, both},
	{"conv_back", []Type{floats(2, 18), floats(3, 2, 1, 2)}, pair(func(b *Builder, y, w *Value) *Value { return b.ConvBack(y, w, small) }), both, both},
	{"conv_weight", []Type{floats(2, 30), floats(2, 18)}, pair(func(b *Builder, x, y *Value) *Value { return b.ConvWeight(x, y, small) }), both, both},
	{"conv_groups", []Type{floats(2, 48), floats(3, 2, 2, 6)}, pair(func(b *Builder, x, w *Value) *Value { return b.Conv(x, w, grouped) }), both, both},
	{"conv_back_groups", []Type{floats(2, 24), floats(3, 2, 2, 6)}, pair(func(b *Builder, y, w *Value) *Value { return b.ConvBack(y, w, grouped) }), both, both},
	{"conv_weight_groups", []Type{floats(2, 48), floats(2, 24)}, pair(func(b *Builder, x, y *Value) *Value { return b.ConvWeight(x, y, grouped) }), both, both},
	{"upsample", []Type{floats(2, 12)}, func(b *Builder, in []*Value) *Value { return b.Upsample(in[0], halves, 1) }, first, first},
	{"downsample", []Type{floats(2, 48)}, func(b *Builder, in []*Value) *Value { return b.Downsample(in[0], halves, 0.25) }, first, first},
	{"batch_norm", []Type{floats(6, 2), floats(2)}, pair(func(b *Builder, x, scale *Value) *Value {
		y, _, _ := b.BatchNorm([]*Value{x}, []*Value{scale}, 2, 1)
		return y[0]
	}), both, nil},
	{"batch_moments", []Type{floats(6, 2)}, of(batchMoments{2}), nil, nil},
	{"batch_sums", []Type{floats(6, 2), floats(6, 2), floats(2, 2), floats(2, 2)}, of(batchSums{}), nil, nil},
	{"batch_grad", []Type{floats(6, 2), floats(6, 2), floats(2, 2), floats(2, 2), floats(2), floats(2, 2), floats(2, 2)}, of(batchGrad{}), nil, nil},
	{"all_gather", once, of(allGather{1}), nil, nil},
	{"combine_moments", []Type{floats(4, 3)}, of(combineMoments{1}), nil, nil},
	{"tree_sum", []Type{floats(4, 3)}, of(shardMean{2}), nil, nil},
	{"batch_norm given", []Type{floats(3, 2), floats(2), floats(2)}, func(b *Builder, in []*Value) *Value {
		return b.Normalise(in[0], in[2], &Value{Type: floats(2), constant: []float32{0.5, 3}}, in[1])
	}, both, first},
	{"spectral_norm", once, func(b *Builder, in []*Value) *Value {
		// With singular vectors that have converged, it makes no difference that they are constants.
		u := &Value{Type: floats(4), constant: []float32{1, 2, -1, 0.5}}
		for range 60 {
			_, u = b.SpectralNorm(in[0], u)
		}
		divided, _ := b.SpectralNorm(in[0], u)
		return divided
	}, first, nil},
	{"spectral_grad", []Type{floats(3, 4), floats(3, 4), floats(4, 1), floats(3, 1), floats(1)}, of(spectralGrad{}), nil, nil},
	{"group_deviation", []Type{floats(6, 4)}, func(b *Builder, in []*Value) *Value { return b.GroupDeviation(in[0], 3, 6) }, first, first},
	{"group_deviation_grad", []Type{floats(2, 1), floats(2, 12)}, of(groupDeviationGrad{3}), both, []int{}},
	{"group_deviation_second", []Type{floats(2, 12), floats(2, 1), floats(2, 12)}, of(groupDeviationSecond{3}), nil, nil},
	{"take_columns", once, func(b *Builder, in []*Value) *Value { return b.TakeColumns(in[0], 1, 2) }, first, first},
	{"place_columns", once, func(b *Builder, in []*Value) *Value { return b.PlaceColumns(in[0], 1, 6) }, first, first},
	{"unit_rows", once, func(b *Builder, in []*Value) *Value { return b.UnitRows(in[0]) }, first, []int{}},
	{"unit_rows", once, func(b *Builder, in []*Value) *Value { return b.RowNorms(in[0]) }, first, first},
	{"unit_rows_grad", []Type{floats(3, 4), floats(3, 4), floats(3, 1)}, of(unitRowsGrad{}), nil, nil},
	{"copy", once, of(copyOp{}), first, first},
}

var (
	once   = []Type{floats(3, 4)}
	twice  = []Type{floats(3, 4), floats(3, 4)}
	xBias  = []Type{floats(3, 4), floats(4)}
	column = []Type{floats(3, 1)}
	first  = []int{0}
	both   = []int{0, 1}
)

// image is of 2x5 pixels.
var image = kernels.ImageShape{Height: 2, Width: 5, Channels: 3}

// small is a convolution from images of 6x5 to two channels of 3x3.
var small = kernels.Convolution{Height: 6, Width: 5, Channels: 1, Outputs: 2, KernelHeight: 3, KernelWidth: 2, Stride: 2, Pad: 1}

// grouped is a convolution from images of 4x3 with four channels to six channels of 2x2, in two groups.
var grouped = kernels.Convolution{Height: 4, Width: 3, Channels: 4, Outputs: 6, KernelHeight: 3, KernelWidth: 2, Stride: 2, Pad: 1, Groups: 2}

// halves are images of 2x3, and of 4x6.
var halves = kernels.Resampling{Height: 2, Width: 3, Channels: 2, Bilinear: true}

func bytes(shape ...int) Type { return Type{tensor.Uint8, shape} }

// random is types with those of a key and a step behind them, drawn what they stand for.
func random(types ...Type) []Type { return append(types, words(2), words(1)) }

func drawn(in []*Value) Random {
	return Random{Key: in[len(in)-2], Step: in[len(in)-1], Stream: 7}
}

// later is drawn for rows that are not the first.
func later(in []*Value) Random {
	r := drawn(in)
	r.First = 2
	return r
}

func of(op Op) func(b *Builder, in []*Value) *Value {
	return func(b *Builder, in []*Value) *Value { return b.Apply(op, in...)[0] }
}

func pair(f func(b *Builder, x, y *Value) *Value) func(b *Builder, in []*Value) *Value {
	return func(b *Builder, in []*Value) *Value { return f(b, in[0], in[1]) }
}

// curvedGradOf is the operation that the gradient of an activation makes.
func curvedGradOf(activation func(b *Builder, x, bias *Value) *Value) (op Op) {
	_, err := Build(func(b *Builder) {
		y := activation(b, &Value{Type: floats(3, 4)}, &Value{Type: floats(4)})
		dx := y.node.Op.Gradient(b, y.node, []*Value{{Type: y.Type}})[0]
		op = dx.node.Op
	})
	if err != nil {
		panic(err)
	}
	return op
}
