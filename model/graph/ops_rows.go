package graph

import (
	"fmt"

	"gorgan/kernels"
)

// UnitRows returns the rows of x (rows, cols) divided by their Euclidean norms; a row of zeros stays so. See
// kernels.UnitRows.
func (b *Builder) UnitRows(x *Value) *Value { return b.Apply(unitRows{}, x)[0] }

// unitRows has the outputs y (rows, cols) and the norms (rows, 1).
type unitRows struct{}

func (unitRows) Name() string { return "unit_rows" }

func (unitRows) Infer(in []*Value) ([]Type, error) {
	if err := wantMatrix(in[0]); err != nil {
		return nil, err
	}
	return []Type{in[0].Type, floats(in[0].Rows(), 1)}, nil
}

func (unitRows) Traits() Traits { return Traits{RowsIn: []bool{true}, RowsOut: []bool{true, true}} }

func (unitRows) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return b.Apply(unitRowsGrad{}, d[0], n.Out[0], n.Out[1])
}

func (unitRows) Launch(dev kernels.Device, m Memory) error {
	return kernels.UnitRows(dev, m.Out[0], m.Out[1], m.In[0])
}

// RowNorms returns the Euclidean norms (rows, 1) of the rows of x (rows, cols). The gradient at a row of zeros is 0.
func (b *Builder) RowNorms(x *Value) *Value { return b.Apply(rowNorms{}, x)[0] }

// rowNorms is unitRows without its first output, which is scratch.
type rowNorms struct{}

func (rowNorms) Name() string { return "unit_rows" }

func (rowNorms) Infer(in []*Value) ([]Type, error) {
	return []Type{floats(in[0].Rows(), 1)}, wantMatrix(in[0])
}

func (rowNorms) Traits() Traits {
	return Traits{RowsIn: []bool{true}, RowsOut: []bool{true}, Scratch: func(n *Node) []Type { return []Type{n.In[0].Type} }}
}

// Gradient is d times the unit row, in each row.
func (rowNorms) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	x := n.In[0]
	each := b.MatMul(b.Reshape(d[0], x.Rows(), 1), b.Ones(1, x.Cols()), false, false)
	return []*Value{b.Mul(each, b.UnitRows(x), 1)}
}

func (rowNorms) Launch(dev kernels.Device, m Memory) error {
	return kernels.UnitRows(dev, m.Scratch[0], m.Out[0], m.In[0])
}

// unitRowsGrad computes the gradient at the input of unitRows, from that at its first output and both outputs.
type unitRowsGrad struct{}

func (unitRowsGrad) Name() string { return "unit_rows_grad" }

func (unitRowsGrad) Infer(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[1].Type) || in[2].Size() != in[1].Rows() {
		return nil, fmt.Errorf("a gradient of type %v at rows of type %v with norms of type %v, want the same and a norm for each row", in[0].Type, in[1].Type, in[2].Type)
	}
	return []Type{in[0].Type}, nil
}

func (unitRowsGrad) Traits() Traits {
	return Traits{RowsIn: []bool{true, true, true}, RowsOut: []bool{true}}
}

func (unitRowsGrad) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (unitRowsGrad) Launch(dev kernels.Device, m Memory) error {
	return kernels.UnitRowsGrad(dev, m.Out[0], m.In[0], m.In[1], m.In[2])
}
