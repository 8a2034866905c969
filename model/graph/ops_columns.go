package graph

import (
	"fmt"

	"gorgan/kernels"
)

// TakeColumns returns so many columns of x (rows, of) from column first on. PlaceColumns returns x (rows, cols)
// from column first on among zeros (rows, of). Each is the gradient of the other.
func (b *Builder) TakeColumns(x *Value, first, cols int) *Value {
	return b.Apply(takeColumns{first, cols}, x)[0]
}

func (b *Builder) PlaceColumns(x *Value, first, of int) *Value {
	return b.Apply(placeColumns{first, of}, x)[0]
}

// Beside returns the columns of all of xs, one beside the other. They have the same number of rows.
func (b *Builder) Beside(xs ...*Value) *Value {
	all := 0
	for _, x := range xs {
		all += x.Cols()
	}
	var sum *Value
	first := 0
	for _, x := range xs {
		placed := b.PlaceColumns(x, first, all)
		if sum == nil {
			sum = placed
		} else {
			sum = b.Add(sum, placed)
		}
		first += x.Cols()
	}
	return sum
}

// columnTraits are the traits of an operation whose rows are independent.
var columnTraits = Traits{RowsIn: []bool{true}, RowsOut: []bool{true}}

// inferColumns returns the type of cols columns of x, for columns from first on of as many as of.
func inferColumns(x *Value, first, n, of, cols int) ([]Type, error) {
	if first < 0 || n < 1 || first+n > of {
		return nil, fmt.Errorf("columns %d to %d of %d", first, first+n-1, of)
	}
	return []Type{floats(x.Rows(), cols)}, wantMatrix(x)
}

type takeColumns struct{ first, cols int }

func (takeColumns) Name() string   { return "take_columns" }
func (takeColumns) Traits() Traits { return columnTraits }

func (o takeColumns) Infer(in []*Value) ([]Type, error) {
	return inferColumns(in[0], o.first, o.cols, in[0].Cols(), o.cols)
}

func (o takeColumns) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.PlaceColumns(d[0], o.first, n.In[0].Cols())}
}

func (o takeColumns) Launch(dev kernels.Device, m Memory) error {
	return kernels.TakeColumns(dev, m.Out[0], m.In[0], o.first)
}

type placeColumns struct{ first, of int }

func (placeColumns) Name() string   { return "place_columns" }
func (placeColumns) Traits() Traits { return columnTraits }

func (o placeColumns) Infer(in []*Value) ([]Type, error) {
	return inferColumns(in[0], o.first, in[0].Cols(), o.of, o.of)
}

func (o placeColumns) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.TakeColumns(d[0], o.first, n.In[0].Cols())}
}

func (o placeColumns) Launch(dev kernels.Device, m Memory) error {
	return kernels.PlaceColumns(dev, m.Out[0], m.In[0], o.first)
}
