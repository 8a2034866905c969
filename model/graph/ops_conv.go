package graph

import (
	"fmt"

	"gorgan/kernels"
)

// A convolution, its gradient at the images and its gradient at the weights are linear in each of
// their inputs. The gradients of each of the three are the other two.

// Conv returns the convolution y (n, c.Out()) of images x (n, c.In()) and weights w of the shape that
// kernels.Conv takes.
func (b *Builder) Conv(x, w *Value, c kernels.Convolution) *Value { return b.Apply(conv{c}, x, w)[0] }

// ConvBack returns the transposed convolution x (n, c.In()) of images y (n, c.Out()) and weights w: see
// kernels.ConvBack.
func (b *Builder) ConvBack(y, w *Value, c kernels.Convolution) *Value {
	return b.Apply(convBack{c}, y, w)[0]
}

// ConvWeight returns the gradient of Conv at its weights, for images x (n, c.In()) and the gradient y
// (n, c.Out()): see kernels.ConvWeight.
func (b *Builder) ConvWeight(x, y *Value, c kernels.Convolution) *Value {
	return b.Apply(convWeight{c}, x, y)[0]
}

// convName returns the name of the kernel, of which there is another for groups.
func convName(name string, c kernels.Convolution) string {
	if c.Groups > 1 {
		return name + "_groups"
	}
	return name
}

// inferConv returns the type of images of out values, made of images of in values and of weights.
func inferConv(vs []*Value, c kernels.Convolution, in, out func(kernels.Convolution) int) ([]Type, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := wantImages(vs[0], in(c)); err != nil {
		return nil, err
	}
	if want := floats(c.WeightShape()...); !vs[1].Type.equal(want) {
		return nil, fmt.Errorf("weights of type %v, want %v", vs[1].Type, want)
	}
	return []Type{floats(vs[0].Rows(), out(c))}, nil
}

// wantImages returns an error unless v is a matrix of so many columns.
func wantImages(v *Value, values int) error {
	if err := wantMatrix(v); err != nil {
		return err
	}
	if v.Cols() != values {
		return fmt.Errorf("images of %d values, want %d", v.Cols(), values)
	}
	return nil
}

// convTraits are the traits of an operation from images and weights to images.
var convTraits = Traits{RowsIn: []bool{true, false}, RowsOut: []bool{true}}

type conv struct{ kernels.Convolution }

func (o conv) Name() string { return convName("conv", o.Convolution) }
func (conv) Traits() Traits { return convTraits }

func (o conv) Infer(in []*Value) ([]Type, error) {
	return inferConv(in, o.Convolution, kernels.Convolution.In, kernels.Convolution.Out)
}

func (o conv) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.ConvBack(d[0], n.In[1], o.Convolution), b.ConvWeight(n.In[0], d[0], o.Convolution)}
}

func (o conv) Launch(dev kernels.Device, m Memory) error {
	return kernels.Conv(dev, m.Out[0], m.In[0], m.In[1], o.Convolution)
}

type convBack struct{ kernels.Convolution }

func (o convBack) Name() string { return convName("conv_back", o.Convolution) }
func (convBack) Traits() Traits { return convTraits }

func (o convBack) Infer(in []*Value) ([]Type, error) {
	return inferConv(in, o.Convolution, kernels.Convolution.Out, kernels.Convolution.In)
}

func (o convBack) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.Conv(d[0], n.In[1], o.Convolution), b.ConvWeight(d[0], n.In[0], o.Convolution)}
}

func (o convBack) Launch(dev kernels.Device, m Memory) error {
	return kernels.ConvBack(dev, m.Out[0], m.In[0], m.In[1], o.Convolution)
}

type convWeight struct{ kernels.Convolution }

func (o convWeight) Name() string { return convName("conv_weight", o.Convolution) }
func (convWeight) Traits() Traits { return Traits{} }

func (o convWeight) Infer(in []*Value) ([]Type, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if in[0].Rows() != in[1].Rows() {
		return nil, fmt.Errorf("inputs of types %v and %v, want as many images of each", in[0].Type, in[1].Type)
	}
	if err := wantImages(in[0], o.In()); err != nil {
		return nil, err
	}
	return []Type{floats(o.WeightShape()...)}, wantImages(in[1], o.Out())
}

func (o convWeight) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.ConvBack(n.In[1], d[0], o.Convolution), b.Conv(n.In[0], d[0], o.Convolution)}
}

func (o convWeight) Launch(dev kernels.Device, m Memory) error {
	return kernels.ConvWeight(dev, m.Out[0], m.In[0], m.In[1], o.Convolution)
}
