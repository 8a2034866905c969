package graph

import (
	"fmt"

	"gorgan/kernels"
)

// The augmentations of Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training" (2020),
// section 3. For given random numbers each is linear in its images but for a constant, so its gradient
// is one of them again, and gradients of all orders exist.

// Translate returns images x (n, shape.Values()), each moved up or down by up to down pixels and
// aside by up to right: see kernels.Translate.
func (b *Builder) Translate(x *Value, shape kernels.ImageShape, r Random, down, right int) *Value {
	return b.Apply(translate{images{shape, r.Stream, r.First}, down, right, false}, x, r.Key, r.Step)[0]
}

// Cutout returns images x (n, shape.Values()), with a rectangle of each made 0: see kernels.Cutout.
func (b *Builder) Cutout(x *Value, shape kernels.ImageShape, r Random, high, wide int) *Value {
	return b.Apply(cutout{images{shape, r.Stream, r.First}, high, wide}, x, r.Key, r.Step)[0]
}

// Colour returns images x (n, shape.Values()) with another brightness, saturation and contrast each:
// see kernels.Colour.
func (b *Builder) Colour(x *Value, shape kernels.ImageShape, r Random, brightness, saturation, contrast float32) *Value {
	return b.Apply(colour{images{shape, r.Stream, r.First}, brightness, saturation, contrast}, x, r.Key, r.Step)[0]
}

// images is what the operations have in common: the first input is a matrix with an image in each row,
// and the numbers of an image are those of its row.
type images struct {
	shape  kernels.ImageShape
	stream kernels.Stream
	first  int // row
}

func (o images) infer(in []*Value) ([]Type, error) {
	if err := wantImages(in[0], o.shape.Values()); err != nil {
		return nil, err
	}
	return []Type{in[0].Type}, nil
}

func (images) Traits() Traits {
	return Traits{RowsIn: []bool{true, false, false}, RowsOut: []bool{true}}
}

func (o images) numbers(m Memory) kernels.ImageNumbers {
	return kernels.ImageNumbers{Key: m.In[1], Clock: m.In[2], Stream: o.stream, First: o.first}
}

// again applies an operation of n's kind to the gradient d at n's output.
func again(b *Builder, n *Node, op Op, d []*Value) []*Value {
	return []*Value{b.Apply(op, d[0], n.In[1], n.In[2])[0], nil, nil}
}

type translate struct {
	images
	down, right int
	back        bool
}

func (translate) Name() string { return "translate" }

func (o translate) Infer(in []*Value) ([]Type, error) {
	if o.down < 0 || o.right < 0 {
		return nil, fmt.Errorf("moves of up to %d and %d pixels, want 0 or more", o.down, o.right)
	}
	return o.infer(in)
}

func (o translate) from(_ *Node, row int) Op {
	o.first += row
	return o
}

func (o translate) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	o.back = !o.back
	return again(b, n, o, d)
}

func (o translate) Launch(dev kernels.Device, m Memory) error {
	return kernels.Translate(dev, m.Out[0], m.In[0], o.shape, o.numbers(m), o.down, o.right, o.back)
}

// cutout is its own gradient.
type cutout struct {
	images
	high, wide int
}

func (cutout) Name() string                        { return "cutout" }
func (o cutout) Infer(in []*Value) ([]Type, error) { return o.infer(in) }
func (cutout) Traits() Traits                      { return dropout{}.Traits() }

func (o cutout) from(_ *Node, row int) Op {
	o.first += row
	return o
}

func (o cutout) Gradient(b *Builder, n *Node, d []*Value) []*Value { return again(b, n, o, d) }

func (o cutout) Launch(dev kernels.Device, m Memory) error {
	return kernels.Cutout(dev, m.Out[0], o.shape, o.numbers(m), o.high, o.wide)
}

type colour struct {
	images
	brightness, saturation, contrast float32
}

func (colour) Name() string                        { return "colour" }
func (o colour) Infer(in []*Value) ([]Type, error) { return o.infer(in) }

func (o colour) from(_ *Node, row int) Op {
	o.first += row
	return o
}

// Gradient leaves the brightness out, which is a constant.
func (o colour) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	o.brightness = 0
	return again(b, n, o, d)
}

func (o colour) Launch(dev kernels.Device, m Memory) error {
	return kernels.Colour(dev, m.Out[0], m.In[0], o.shape, o.numbers(m), o.brightness, o.saturation, o.contrast)
}
