package dense

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Kind is what a kernel computes. The result of each is of shape (rows, cols), and inner is the
// number of terms of each sum.
type Kind int

// The kinds, with their tensors | scalars | sizes. All tensors are of float32, row-major, unless
// words is said; act is an Activation, of the size activation and the scalar slope.
const (
	// Forward is a layer, y = act(x·w + bias):
	// y out (rows, cols), x (rows, inner), w (inner, cols), bias (cols) | slope | rows, cols, inner, activation
	Forward Kind = iota
	// Classes adds a row of table for each label, y = act((x·w + table[label]) + bias). A row whose
	// label is not below classes becomes what the activation makes of NaN, as after ClassBias:
	// y out, x, w, bias, table (classes, cols), label (rows) words | slope | rows, cols, inner, classes, activation
	Classes
	// Noise is Forward with x = z, the bits that kernels.UniformNoise gives z for the same key,
	// clock and stream. It also writes z:
	// y out, z out (rows, inner), key (2) words, clock (1) words, w, bias | slope | rows, cols, inner, stream, activation
	Noise
	// NoiseClasses is Noise and Classes together:
	// y out, z out, key, clock, w, bias, table, label | slope | rows, cols, inner, classes, stream, activation
	NoiseClasses
	// Masked is y = (x·w)·act'(of), where of has the outputs of an activation:
	// y out, x, w, of (rows, cols) | slope | rows, cols, inner, activation
	Masked
	// Backward is the gradient at the input of a layer and of the activation before it,
	// dx = (dy·wᵀ)·act'(of):
	// dx out (rows, cols), dy (rows, inner), w (cols, inner), of (rows, cols) | slope | rows, cols, inner, activation
	Backward
	// ProductNN is dst = a·b: dst out, a (rows, inner), b (inner, cols) | | rows, cols, inner
	ProductNN
	// ProductNT is dst = a·bᵀ: dst out, a (rows, inner), b (cols, inner) | | rows, cols, inner
	ProductNT
	// ProductTN is dst = aᵀ·b: dst out, a (inner, rows), b (inner, cols) | | rows, cols, inner
	ProductTN
	// Weights is the gradient of a layer's weights and biases, dw = xᵀ·dy, dbias = column sums of dy:
	// dw out (rows, cols), dbias out (cols), x (inner, rows), dy (inner, cols) | | rows, cols, inner
	Weights
	// Update is Weights, then Adam on w and on bias, and then NonFinite on dw, dbias, w and bias.
	// From an equal gradient come the bits of kernels.Adam. first has the words of NonFinite for
	// some memory. dw, dbias, w and bias lie in that memory at the elements dw_at, dbias_at, w_at
	// and bias_at:
	// w, m, v inout (rows, cols), bias, bm, bv inout (cols), dw out, dbias out, x, dy, rate (1),
	// first (words) words mark, clock (1) words | beta1, beta2, epsilon |
	// rows, cols, inner, words, dw_at, dbias_at, w_at, bias_at
	Update
)

// Activation is a function of a layer's sums. It is a size of the kernels that apply one.
type Activation int

// The activations. ReLU is leaky, with a slope for values below 0.
const (
	Linear Activation = iota
	ReLU
	Sigmoid
	Tanh
)

// kinds has the names of the kinds, in the names of kernels, and what makes their kernels.
var kinds = map[Kind]struct {
	name string
	make func(Tile) kernels.Kernel
}{
	Forward:      {"forward", func(t Tile) kernels.Kernel { return t.layer(false, false) }},
	Classes:      {"classes", func(t Tile) kernels.Kernel { return t.layer(false, true) }},
	Noise:        {"noise", func(t Tile) kernels.Kernel { return t.layer(true, false) }},
	NoiseClasses: {"noise_classes", func(t Tile) kernels.Kernel { return t.layer(true, true) }},
	Masked:       {"masked", func(t Tile) kernels.Kernel { return t.masked("y", "x", false) }},
	Backward:     {"backward", func(t Tile) kernels.Kernel { return t.masked("dx", "dy", true) }},
	ProductNN:    {"product_nn", func(t Tile) kernels.Kernel { return t.product(false, false) }},
	ProductNT:    {"product_nt", func(t Tile) kernels.Kernel { return t.product(false, true) }},
	ProductTN:    {"product_tn", func(t Tile) kernels.Kernel { return t.product(true, false) }},
	Weights:      {"weights", Tile.weights},
	Update:       {"update", Tile.update},
}

// String is the kind's part of a kernel's name.
func (k Kind) String() string { return kinds[k].name }

func in(name string) kernels.Param {
	return kernels.Param{Name: name, Type: tensor.Float32, Access: kernels.In}
}
func out(name string) kernels.Param {
	return kernels.Param{Name: name, Type: tensor.Float32, Access: kernels.Out}
}
func inout(name string) kernels.Param {
	return kernels.Param{Name: name, Type: tensor.Float32, Access: kernels.InOut}
}
func words(name string) kernels.Param {
	return kernels.Param{Name: name, Type: tensor.Uint32, Access: kernels.In}
}
