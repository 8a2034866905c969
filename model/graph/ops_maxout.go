package graph

import (
	"fmt"

	"gorgan/kernels"
)

// Maxout returns the largest piece (rows, units) of each unit of x + bias, for x
// (rows, units·pieces) and bias (units·pieces).
func (b *Builder) Maxout(x, bias *Value, pieces int) *Value {
	return b.Apply(maxout{pieces}, x, bias)[0]
}

// maxout has a second output, x + bias. The gradient finds the largest pieces there.
type maxout struct{ pieces int }

func (o maxout) Name() string { return "maxout" }

func (o maxout) Infer(in []*Value) ([]Type, error) {
	types, err := inferBias(in)
	if err != nil {
		return nil, err
	}
	if cols := in[0].Cols(); cols%o.pieces != 0 {
		return nil, fmt.Errorf("%d columns, want a multiple of the %d pieces", cols, o.pieces)
	}
	return []Type{floats(in[0].Rows(), in[0].Cols()/o.pieces), types[0]}, nil
}

func (o maxout) Traits() Traits {
	return Traits{InPlace: []int{-1, 0}, RowsIn: []bool{true, false}, RowsOut: []bool{true, true}}
}

func (o maxout) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return b.Apply(maxoutGrad(o), d[0], n.Out[1])
}

func (o maxout) Launch(dev kernels.Device, m Memory) error {
	return kernels.Maxout(dev, m.Out[0], m.Out[1], m.In[1])
}

// maxoutGrad computes a gradient (rows, units·pieces): d (rows, units) at the largest piece of a,
// and 0 at the others. It also computes the sum over the rows. Its gradient is maxoutPick, whose
// gradient is maxoutGrad.
type maxoutGrad struct{ pieces int }

func (o maxoutGrad) Name() string { return "maxout_grad" }

func (o maxoutGrad) Infer(in []*Value) ([]Type, error) {
	if in[0].Size()*o.pieces != in[1].Size() {
		return nil, fmt.Errorf("a gradient of type %v at the largest of %d pieces of %v", in[0].Type, o.pieces, in[1].Type)
	}
	return []Type{in[1].Type, floats(in[1].Cols())}, nil
}

func (o maxoutGrad) Traits() Traits {
	return Traits{RowsIn: []bool{true, true}, RowsOut: []bool{true, false}, Scratch: partials(1)}
}

func (o maxoutGrad) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.Apply(maxoutPick(o), d[0], n.In[1])[0], nil}
}

func (o maxoutGrad) Launch(dev kernels.Device, m Memory) error {
	return kernels.MaxoutGrad(dev, m.Out[0], m.Out[1], m.runs(), m.In[0], m.In[1])
}

// maxoutPick returns, for each unit, the value of u (rows, units·pieces) at the largest piece of
// a. The result is (rows, units).
type maxoutPick struct{ pieces int }

func (o maxoutPick) Name() string { return "maxout_pick" }

func (o maxoutPick) Infer(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[1].Type) {
		return nil, fmt.Errorf("types %v and %v, want the same", in[0].Type, in[1].Type)
	}
	return []Type{floats(in[0].Rows(), in[0].Cols()/o.pieces)}, nil
}

func (o maxoutPick) Traits() Traits {
	return Traits{RowsIn: []bool{true, true}, RowsOut: []bool{true}}
}

func (o maxoutPick) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.Apply(maxoutGrad(o), d[0], n.In[1])[0], nil}
}

func (o maxoutPick) Launch(dev kernels.Device, m Memory) error {
	return kernels.MaxoutPick(dev, m.Out[0], m.In[0], m.In[1])
}
