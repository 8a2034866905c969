package model

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// activation is what follows a layer's product and bias.
type activation struct {
	name    string
	forward func(dev kernels.Device, y, bias *tensor.Dense) error
	// grad turns d, the gradient at the output y, into that at the input, in place,
	// and sums it over the rows into dbias.
	grad func(dev kernels.Device, d, dbias, y *tensor.Dense) error
}

var (
	relu = activation{"relu",
		func(dev kernels.Device, y, bias *tensor.Dense) error { return kernels.BiasReLU(dev, y, bias, 0) },
		func(dev kernels.Device, d, dbias, y *tensor.Dense) error {
			return kernels.ReLUGrad(dev, d, dbias, y, 0)
		}}
	sigmoid = activation{"sigmoid", kernels.BiasSigmoid, kernels.SigmoidGrad}
	linear  = activation{"linear", kernels.BiasLinear,
		func(dev kernels.Device, d, dbias, _ *tensor.Dense) error { return kernels.LinearGrad(dev, dbias, d) }}
)

// param is one learned tensor of a net.
type param struct {
	name        string // "generator.0.weight" (in,out), "generator.0.bias" (out)
	shape       []int
	offset      int // in the net's values and in each tensor of its layout
	value, grad *tensor.Dense
}

// layer is y = act(x·weight + bias).
type layer struct {
	weight, bias param
	act          activation
}

// net is a multilayer perceptron. Its parameters lie one behind the other in
// values, and their gradients in grads, so that one launch updates all of them;
// each begins a new kernels.Chunk, so that a chunk's tensor is known.
type net struct {
	name          string
	dev           kernels.Device
	layers        []layer
	size          int
	values, grads *tensor.Dense
}

// shapes are a net's layer widths, input first, and its activations.
type shapes struct {
	name        string
	widths      []int
	hidden, out activation
}

func generatorShapes(c Config) shapes {
	widths := append([]int{c.NoiseDim}, c.GenHidden...)
	return shapes{"generator", append(widths, c.Pixels()), relu, sigmoid}
}

func discriminatorShapes(c Config) shapes {
	widths := append([]int{c.Pixels()}, c.DisHidden...)
	return shapes{"discriminator", append(widths, 1), relu, linear}
}

// params lists the tensors of such a net, without memory, and their size together.
func (s shapes) params() (all []param, size int) {
	add := func(kind string, i int, shape ...int) {
		all = append(all, param{name: layerName(s.name, i) + "." + kind, shape: shape, offset: size})
		n := tensor.Shape(shape).TotalSize()
		size += (n + kernels.Chunk - 1) / kernels.Chunk * kernels.Chunk
	}
	for i := range len(s.widths) - 1 {
		add("weight", i, s.widths[i], s.widths[i+1])
		add("bias", i, s.widths[i+1])
	}
	return all, size
}

func layerName(net string, i int) string { return fmt.Sprintf("%s.%d", net, i) }

func newNet(dev kernels.Device, s shapes) (*net, error) {
	all, size := s.params()
	n := &net{name: s.name, dev: dev, size: size}
	var err error
	if n.values, err = dev.New(tensor.Float32, size); err != nil {
		return nil, err
	}
	if n.grads, err = dev.New(tensor.Float32, size); err != nil {
		return nil, err
	}
	for i := range all {
		p := &all[i]
		if p.value, err = dev.View(n.values, p.offset, p.shape...); err != nil {
			return nil, err
		}
		if p.grad, err = dev.View(n.grads, p.offset, p.shape...); err != nil {
			return nil, err
		}
	}
	for i := 0; i < len(all); i += 2 {
		act := s.hidden
		if i+2 == len(all) {
			act = s.out
		}
		n.layers = append(n.layers, layer{all[i], all[i+1], act})
	}
	return n, nil
}

// params returns the net's tensors in the order of their layers.
func (n *net) params() []param {
	var all []param
	for _, l := range n.layers {
		all = append(all, l.weight, l.bias)
	}
	return all
}

// initialize draws the weights as the tutorial's glorot_init does, normal with
// standard deviation 1/sqrt(in/2) (in truth He et al. 2015), and clears the
// biases. first numbers the net's tensors among those of the seed.
func (n *net) initialize(seed uint64, first kernels.Purpose) error {
	for i, l := range n.layers {
		w := make([]float32, tensor.Shape(l.weight.shape).TotalSize())
		stddev := 1 / math.Sqrt(float64(l.weight.shape[0])/2)
		kernels.Normal(w, stddev, kernels.Key(seed), kernels.Weights+first+kernels.Purpose(i))
		if err := n.dev.Upload(l.weight.value, w); err != nil {
			return err
		}
		if err := n.dev.Upload(l.bias.value, make([]float32, l.bias.shape[0])); err != nil {
			return err
		}
	}
	return nil
}
