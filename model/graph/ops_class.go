package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// ClassBias returns x (rows, cols) plus a row of table (classes, cols) for each row: the one that
// the row's label (rows) names.
func (b *Builder) ClassBias(x, table, label *Value) *Value {
	return b.Apply(classBias{}, x, table, label)[0]
}

// LabelLogit returns element [r, label[r]] of each row r of x (rows, classes), as (rows, 1), for label
// (rows). The gradient at x is a row of zeros but for that element. The labels must be below classes.
//
// A one-hot vector is largest where the label's logit lies. So a unit of maxout with a piece for each class
// has both operations.
func (b *Builder) LabelLogit(x, label *Value) *Value {
	switch {
	case label == nil:
		b.fail("the logit of a label: there are no labels")
	case label.Size() != x.Rows():
		b.fail("the logit of a label: %d labels for %d rows, want a label for each row", label.Size(), x.Rows())
	}
	return b.Apply(maxoutPick{x.Cols()}, x, b.OneHot(label, x.Cols()))[0]
}

// LargestOneHot returns, for each row of x (rows, cols), the one-hot vector of its largest element, or of the first
// of several. Of independent random numbers of one distribution it makes a random class. No gradient flows through it.
//
// The vector is the gradient of a unit of maxout by its pieces.
func (b *Builder) LargestOneHot(x *Value) *Value {
	return b.Apply(maxoutGrad{x.Cols()}, b.Ones(x.Rows(), 1), x)[0]
}

type classBias struct{}

func (classBias) Name() string { return "class_bias" }

func (classBias) Infer(in []*Value) ([]Type, error) {
	x, table, label := in[0], in[1], in[2]
	if x.Cols() != table.Cols() || label.Size() != x.Rows() || label.Elem != tensor.Uint32 {
		return nil, fmt.Errorf("inputs of types %v, %v and %v, want a matrix, a table with the same number of columns, and a label for each row", x.Type, table.Type, label.Type)
	}
	return []Type{x.Type}, nil
}

func (classBias) Traits() Traits {
	return Traits{InPlace: []int{0}, RowsIn: []bool{true, false, true}, RowsOut: []bool{true}}
}

func (classBias) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{d[0], b.Apply(classGrad{n.In[1].Rows()}, d[0], n.In[2])[0], nil}
}

func (classBias) Launch(dev kernels.Device, m Memory) error {
	return kernels.ClassBias(dev, m.Out[0], m.In[1], m.In[2])
}

// classGrad returns the sums (classes, cols) of the rows of d (rows, cols) with the same label.
type classGrad struct{ classes int }

func (classGrad) Name() string { return "class_grad" }

func (o classGrad) Infer(in []*Value) ([]Type, error) {
	return []Type{floats(o.classes, in[0].Cols())}, wantMatrix(in[0])
}

func (classGrad) Traits() Traits { return Traits{} }

func (classGrad) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (classGrad) Launch(dev kernels.Device, m Memory) error {
	return kernels.ClassGrad(dev, m.Out[0], m.In[0], m.In[1])
}
