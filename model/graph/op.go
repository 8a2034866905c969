package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Op is an operation with its constants: one row of the table.
type Op interface {
	// Name is the name of the kernel that it launches, or "matmul NT" for a product.
	Name() string
	// Infer returns the types of the outputs, or an error if the inputs do not fit.
	Infer(in []*Value) ([]Type, error)
	// Gradient appends the nodes of n's gradient to b. d has the gradient at each output, or nil
	// if there is none. The result has the gradient at each input, or nil if none flows there.
	// Grad calls it only for nodes through which a gradient must flow.
	Gradient(b *Builder, n *Node, d []*Value) []*Value
	// Launch launches the work. It must write all elements of each output that is not in place.
	Launch(dev kernels.Device, m Memory) error
	// Traits returns how the operation uses memory and rows.
	Traits() Traits
}

// Memory is the tensors of one node. An output in place has the memory of its input.
type Memory struct{ In, Out, Scratch []*tensor.Dense }

// Traits are the properties of an operation that Grad and Compile need.
type Traits struct {
	// InPlace has, for each of the first outputs, the input whose memory the output takes, or -1.
	InPlace []int
	// Rows says which inputs and outputs have independent rows. A row of such an output depends
	// on the same row of such inputs, and on all of the other inputs.
	RowsIn, RowsOut []bool
	// Scratch returns the types of the memory that the operation needs for itself. It may be nil.
	Scratch func(n *Node) []Type
}

// inPlace returns the input whose memory output i takes, or -1.
func (t Traits) inPlace(i int) int {
	if i < len(t.InPlace) {
		return t.InPlace[i]
	}
	return -1
}

// byRows reports whether the node can be divided into rows.
func (t Traits) byRows() bool { return t.RowsOut != nil }

// shifted is an operation that depends on the place of its first row in a batch.
type shifted interface {
	// from returns the operation on the rows from the given one on of n's.
	from(n *Node, row int) Op
}

// rows returns n on some of its rows. The outputs are views. It is not one of b's nodes.
func (b *Builder) rows(n *Node, first, count int) *Node {
	t := n.Op.Traits()
	if first == 0 && count == n.Out[0].Rows() {
		return n
	}
	cut := func(vs []*Value, byRows []bool) (all []*Value) {
		for i, v := range vs {
			if byRows[i] {
				v = b.Rows(v, first, count)
			}
			all = append(all, v)
		}
		return all
	}
	part := &Node{Op: n.Op, In: cut(n.In, t.RowsIn), Out: cut(n.Out, t.RowsOut)}
	if s, ok := n.Op.(shifted); ok {
		part.Op = s.from(n, first)
	}
	return part
}

// terminal ends the building with an error: the gradient of n has no gradient itself.
func (b *Builder) terminal(n *Node) {
	b.fail("%s has no second derivative here, so a gradient penalty cannot pass through it", n.Op.Name())
}

// wantMatrix returns an error unless v is a float matrix.
func wantMatrix(v *Value) error {
	if v.Elem != tensor.Float32 || len(v.Shape) != 2 {
		return fmt.Errorf("an input is of type %v, want a float32 matrix", v.Type)
	}
	return nil
}
