package graph

import (
	"fmt"

	"gorgan/kernels"
)

// Random names random numbers. They depend on the seed's words Key (2), the number of the step (1),
// which are both leaves, and the stream. The same three give the same numbers, to the same row.
type Random struct {
	Key, Step *Value
	Stream    kernels.Stream
	// First is the place of a value's first row among the rows that share the stream. Uniform and BatchIndex
	// take no notice of it: they begin with the first row.
	First int
}

// Uniform returns noise on [-1,1): see kernels.UniformNoise.
func (b *Builder) Uniform(r Random, rows, cols int) *Value {
	return b.Apply(source{"uniform", floats(rows, cols), func(dev kernels.Device, m Memory) error {
		return kernels.UniformNoise(dev, m.Out[0], m.In[0], m.In[1], r.Stream)
	}}, r.Key, r.Step)[0]
}

// BatchIndex returns the numbers (n) of the images of a set that are batch nth of a step. A batch has
// n images. See kernels.BatchIndex.
func (b *Builder) BatchIndex(r Random, n, images, perStep, nth int) *Value {
	return b.Apply(source{"shuffle", words(n), func(dev kernels.Device, m Memory) error {
		return kernels.BatchIndex(dev, m.Out[0], m.In[0], m.In[1], images, perStep, nth)
	}}, r.Key, r.Step)[0]
}

// Gather returns images (n, pixels*stack) of data (images, pixels), which are bytes, scaled to
// [0,1]. Each is made of stack successive images of index (n*stack): see kernels.Gather.
func (b *Builder) Gather(index, data *Value, stack int) *Value {
	return b.Apply(source{"gather", floats(index.Size()/stack, data.Cols()*stack), func(dev kernels.Device, m Memory) error {
		return kernels.Gather(dev, m.Out[0], m.In[0], m.In[1])
	}}, index, data)[0]
}

// Labels returns the labels of the images that index names, from data (images).
func (b *Builder) Labels(index, data *Value) *Value {
	return b.Apply(source{"labels", words(index.Size()), func(dev kernels.Device, m Memory) error {
		return kernels.Labels(dev, m.Out[0], m.In[0], m.In[1])
	}}, index, data)[0]
}

// OneHot returns labels (n) as vectors (n, classes): see kernels.OneHot.
func (b *Builder) OneHot(label *Value, classes int) *Value {
	return b.Apply(source{"one_hot", floats(label.Size(), classes), func(dev kernels.Device, m Memory) error {
		return kernels.OneHot(dev, m.Out[0], m.In[0])
	}}, label)[0]
}

// Interpolate returns a random point on the line between each row of x and the same row of y: see
// kernels.Interpolate. x and y have the same shape. No gradient flows through it.
func (b *Builder) Interpolate(x, y *Value, r Random) *Value {
	return b.Apply(source{"interpolate", x.Type, func(dev kernels.Device, m Memory) error {
		return kernels.Interpolate(dev, m.Out[0], m.In[0], m.In[1], m.In[2], m.In[3], r.Stream, r.First)
	}}, x, y, r.Key, r.Step)[0]
}

// Perturb returns a random point near each row of x. Each value is up to scale standard deviations
// away: see kernels.Perturb. deviation (1) is Deviation's. No gradient flows through it.
func (b *Builder) Perturb(x, deviation *Value, r Random, scale float32) *Value {
	return b.Apply(source{"perturb", x.Type, func(dev kernels.Device, m Memory) error {
		return kernels.Perturb(dev, m.Out[0], m.In[0], m.In[1], m.In[2], m.In[3], r.Stream, scale, r.First*x.Cols())
	}}, x, deviation, r.Key, r.Step)[0]
}

// source is an operation whose output is data for a net. A gradient that reaches it is an error of
// Build.
type source struct {
	name   string
	out    Type
	launch func(dev kernels.Device, m Memory) error
}

func (o source) Name() string                              { return o.name }
func (o source) Infer([]*Value) ([]Type, error)            { return []Type{o.out}, nil }
func (o source) Traits() Traits                            { return Traits{} }
func (o source) Launch(dev kernels.Device, m Memory) error { return o.launch(dev, m) }

func (o source) Gradient(b *Builder, _ *Node, _ []*Value) []*Value {
	b.fail("%s: a gradient cannot pass through data", o.name)
	return nil
}

// AddNoise returns x plus normal noise. Its standard deviation falls linearly to 0 over the given
// number of steps, or is constant for 0 steps: see kernels.AddNoise. The gradient flows through it
// unchanged.
func (b *Builder) AddNoise(x *Value, r Random, stddev float32, steps int) *Value {
	return b.Apply(addNoise{r.Stream, stddev, steps, r.First}, x, r.Key, r.Step)[0]
}

type addNoise struct {
	stream kernels.Stream
	stddev float32
	steps  int
	first  int // row
}

func (addNoise) Name() string                      { return "add_noise" }
func (addNoise) Infer(in []*Value) ([]Type, error) { return []Type{in[0].Type}, wantMatrix(in[0]) }
func (addNoise) Traits() Traits                    { return dropout{}.Traits() }

func (addNoise) Gradient(_ *Builder, _ *Node, d []*Value) []*Value {
	return []*Value{d[0], nil, nil}
}

func (o addNoise) Launch(dev kernels.Device, m Memory) error {
	cols := Type{Shape: m.Out[0].Shape()}.Cols()
	return kernels.AddNoise(dev, m.Out[0], m.In[1], m.In[2], o.stream, o.stddev, o.steps, o.first*cols)
}

// Dropout returns x with each element divided by keep, with probability keep, or else 0.
func (b *Builder) Dropout(x *Value, r Random, keep float32) *Value {
	return b.Apply(dropout{r.Stream, keep, r.First}, x, r.Key, r.Step)[0]
}

// dropout is its own gradient, because the stream alone decides which elements are kept.
type dropout struct {
	stream kernels.Stream
	keep   float32
	first  int // row
}

func (dropout) Name() string { return "dropout" }

func (o dropout) Infer(in []*Value) ([]Type, error) {
	if o.keep <= 0 || o.keep > 1 {
		return nil, fmt.Errorf("a probability of %v to keep an element, want above 0, at most 1", o.keep)
	}
	return []Type{in[0].Type}, wantMatrix(in[0])
}

func (dropout) Traits() Traits {
	return Traits{InPlace: []int{0}, RowsIn: []bool{true, false, false}, RowsOut: []bool{true}}
}

func (o dropout) from(_ *Node, row int) Op {
	o.first += row
	return o
}

func (o dropout) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.Apply(o, d[0], n.In[1], n.In[2])[0], nil, nil}
}

func (o dropout) Launch(dev kernels.Device, m Memory) error {
	cols := Type{Shape: m.Out[0].Shape()}.Cols()
	return kernels.Dropout(dev, m.Out[0], m.In[1], m.In[2], o.keep, o.stream, o.first*cols)
}
