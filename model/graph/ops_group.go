package graph

import (
	"fmt"

	"gorgan/kernels"
)

// GroupDeviation returns s (n/images, 1) for x (n, cols): images rows that follow each other are a group, and
// s is the mean over the columns of their standard deviation in the group. See kernels.GroupDeviation. n is a
// multiple of batch, whose rows are in groups of their own.
func (b *Builder) GroupDeviation(x *Value, images, batch int) *Value {
	if images < 1 || batch < 1 || batch%images != 0 || x.Rows()%batch != 0 {
		b.fail("group_deviation: groups of %d images in batches of %d, of %d images together, want groups that divide a batch", images, batch, x.Rows())
	}
	return b.Apply(groupDeviation{images}, b.Reshape(x, x.Rows()/images, images*x.Cols()))[0]
}

// groupDeviation takes a group as a row (groups, images·cols).
type groupDeviation struct{ images int }

func (groupDeviation) Name() string { return "group_deviation" }

func (o groupDeviation) Infer(in []*Value) ([]Type, error) {
	if err := wantMatrix(in[0]); err != nil {
		return nil, err
	}
	if in[0].Cols()%o.images != 0 {
		return nil, fmt.Errorf("groups of %d values, want a multiple of the %d images", in[0].Cols(), o.images)
	}
	return []Type{floats(in[0].Rows(), 1)}, nil
}

func (groupDeviation) Traits() Traits {
	return Traits{RowsIn: []bool{true}, RowsOut: []bool{true}}
}

func (o groupDeviation) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return b.Apply(groupDeviationGrad(o), d[0], n.In[0])
}

func (o groupDeviation) Launch(dev kernels.Device, m Memory) error {
	return kernels.GroupDeviation(dev, m.Out[0], m.In[0], o.images)
}

// groupDeviationGrad computes the gradient of groupDeviation at x, from d (groups, 1) and x.
type groupDeviationGrad struct{ images int }

func (groupDeviationGrad) Name() string { return "group_deviation_grad" }

func (groupDeviationGrad) Infer(in []*Value) ([]Type, error) {
	if in[0].Size() != in[1].Rows() {
		return nil, fmt.Errorf("a gradient of type %v for groups of type %v, want one for each group", in[0].Type, in[1].Type)
	}
	return []Type{in[1].Type}, wantMatrix(in[1])
}

func (groupDeviationGrad) Traits() Traits {
	return Traits{RowsIn: []bool{true, true}, RowsOut: []bool{true}}
}

func (o groupDeviationGrad) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return b.Apply(groupDeviationSecond(o), d[0], n.In[0], n.In[1])
}

func (o groupDeviationGrad) Launch(dev kernels.Device, m Memory) error {
	return kernels.GroupDeviationGrad(dev, m.Out[0], m.In[0], m.In[1], o.images)
}

// groupDeviationSecond computes the gradients of groupDeviationGrad at d and at x, from e at its output, d and
// x.
type groupDeviationSecond struct{ images int }

func (groupDeviationSecond) Name() string { return "group_deviation_second" }

func (groupDeviationSecond) Infer(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[2].Type) {
		return nil, fmt.Errorf("a gradient of type %v for groups of type %v, want the same", in[0].Type, in[2].Type)
	}
	return []Type{in[1].Type, in[2].Type}, nil
}

func (groupDeviationSecond) Traits() Traits {
	return Traits{RowsIn: []bool{true, true, true}, RowsOut: []bool{true, true}}
}

func (groupDeviationSecond) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (o groupDeviationSecond) Launch(dev kernels.Device, m Memory) error {
	return kernels.GroupDeviationSecond(dev, m.Out[0], m.Out[1], m.In[0], m.In[1], m.In[2], o.images)
}
