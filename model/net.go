package model

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// param is one learned tensor of a net.
type param struct {
	name        string // "generator.0.weight" (in,out), "generator.0.bias" (out), "generator.class.weight" (classes,out)
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
	shapes
	dev           kernels.Device
	layers        []layer
	class         param // the labels' weights in the first layer, where there are classes
	size          int
	values, grads *tensor.Dense
}

// shapes are a net's layer widths, input first, and what else its tensors' shapes and
// first values depend on.
type shapes struct {
	name        string
	widths      []int
	hidden, out activation
	pack        int     // images that make up a row of input
	classes     int     // labels an image can have, 0 for none
	scale       float64 // of the initial weights, see net.initialize
}

func generatorShapes(c Config) shapes {
	hidden, _ := activations.find(c.GenActivation)
	widths := append([]int{c.NoiseDim}, c.GenHidden...)
	return shapes{"generator", append(widths, c.Pixels()), hidden.value(c), sigmoid, 1, c.Classes, c.GenInitScale}
}

func discriminatorShapes(c Config) shapes {
	hidden, _ := activations.find(c.DisActivation)
	widths := append([]int{c.Pack * c.Pixels()}, c.DisHidden...)
	return shapes{"discriminator", append(widths, 1), hidden.value(c), linear, c.Pack, c.Classes, c.DisInitScale}
}

// act is the activation of layer i.
func (s shapes) act(i int) activation {
	if i == len(s.widths)-2 {
		return s.out
	}
	return s.hidden
}

// params lists the tensors of such a net, without memory, and their size together: a
// weight and a bias for each layer, then what its labels have.
func (s shapes) params() (all []param, size int) {
	add := func(name string, shape ...int) {
		all = append(all, param{name: s.name + "." + name, shape: shape, offset: size})
		n := tensor.Shape(shape).TotalSize()
		size += (n + kernels.Chunk - 1) / kernels.Chunk * kernels.Chunk
	}
	for i := range len(s.widths) - 1 {
		out := s.widths[i+1] * s.act(i).pieces
		add(fmt.Sprintf("%d.weight", i), s.widths[i], out)
		add(fmt.Sprintf("%d.bias", i), out)
	}
	if s.classes > 0 {
		add("class.weight", s.pack*s.classes, s.widths[1]*s.act(0).pieces)
	}
	return all, size
}

func newNet(dev kernels.Device, s shapes) (*net, error) {
	al := &allocator{dev: dev}
	_, size := s.params()
	return s.in(al, al.floats(size), al.floats(size)), al.err
}

// newPair makes two nets in one memory: the first's gradients and values, then the
// second's.
func newPair(al *allocator, first, second shapes) (memory *tensor.Dense, one, two *net) {
	_, n := first.params()
	_, m := second.params()
	memory = al.floats(2 * (n + m))
	one = first.in(al, al.view(memory, n, n), al.view(memory, 0, n))
	two = second.in(al, al.view(memory, 2*n+m, m), al.view(memory, 2*n, m))
	return memory, one, two
}

// in makes a net of values and gradients.
func (s shapes) in(al *allocator, values, grads *tensor.Dense) *net {
	all, size := s.params()
	n := &net{shapes: s, dev: al.dev, size: size, values: values, grads: grads}
	for i := range all {
		p := &all[i]
		p.value, p.grad = al.view(n.values, p.offset, p.shape...), al.view(n.grads, p.offset, p.shape...)
	}
	for i := range len(s.widths) - 1 {
		n.layers = append(n.layers, layer{all[2*i], all[2*i+1], s.act(i)})
	}
	if s.classes > 0 {
		n.class = all[len(all)-1]
	}
	return n
}

// params returns the net's tensors in the order of their layout.
func (n *net) params() []param {
	var all []param
	for _, l := range n.layers {
		all = append(all, l.weight, l.bias)
	}
	if n.classes > 0 {
		all = append(all, n.class)
	}
	return all
}

// classTensor numbers the labels' weights among the initial weights of a net.
const classTensor = 255

// initialize clears the biases and draws the weights: uniform on [-scale, scale) where
// there is a scale, and otherwise as the tutorial's glorot_init does, normal with
// standard deviation 1/sqrt(in/2) (in truth He et al. 2015). first numbers the net's
// tensors among those of the seed.
func (n *net) initialize(seed uint64, first kernels.Purpose) error {
	key := kernels.Key(seed)
	draw := func(p param, in int, number kernels.Purpose) error {
		w := make([]float32, tensor.Shape(p.shape).TotalSize())
		if n.scale > 0 {
			kernels.Uniform(w, key, kernels.Weights+number, 0)
			for i := range w {
				w[i] *= float32(n.scale)
			}
		} else {
			kernels.Normal(w, 1/math.Sqrt(float64(in)/2), key, kernels.Weights+number)
		}
		return n.dev.Upload(p.value, w)
	}
	for i, l := range n.layers {
		if err := draw(l.weight, n.widths[i], first+kernels.Purpose(i)); err != nil {
			return err
		}
		if err := n.dev.Upload(l.bias.value, make([]float32, l.bias.shape[0])); err != nil {
			return err
		}
	}
	if n.classes > 0 {
		return draw(n.class, n.widths[0], first+classTensor)
	}
	return nil
}
