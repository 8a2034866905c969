package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Op is an operation with its constants: one row of the table.
type Op interface {
	// Name is that of the kernel it launches, "matmul NT" for a product.
	Name() string
	// Infer returns the types of the outputs, or says what is wrong with the inputs.
	Infer(in []*Value) ([]Type, error)
	// Gradient appends to b the nodes of n's gradient. d has, for each output, the gradient
	// there, nil where none arrives; the result has, for each input, the gradient there,
	// nil where none flows. It is called for the nodes through which a gradient is asked for.
	Gradient(b *Builder, n *Node, d []*Value) []*Value
	// Launch does the work. It must fully write each output that is not in place.
	Launch(dev kernels.Device, m Memory) error
	// Traits says how the operation treats memory and rows.
	Traits() Traits
}

// Memory is the tensors of one node. An output that is in place has its input's memory.
type Memory struct{ In, Out, Scratch []*tensor.Dense }

// Traits are what Grad and Compile need to know of an operation.
type Traits struct {
	// InPlace has, for each of the first outputs, the input that the operation turns into
	// it, or -1.
	InPlace []int
	// Rows tells which inputs and outputs are rows of independent work: a row of these
	// outputs depends on the same row of these inputs alone, besides on the other inputs.
	RowsIn, RowsOut []bool
	// Scratch returns what memory the operation needs for itself; nil for none.
	Scratch func(n *Node) []Type
}

// inPlace returns the input whose memory output i takes over, or -1.
func (t Traits) inPlace(i int) int {
	if i < len(t.InPlace) {
		return t.InPlace[i]
	}
	return -1
}

// byRows tells whether the node can be cut into rows.
func (t Traits) byRows() bool { return t.RowsOut != nil }

// shifted is an operation that depends on which row of a batch comes first.
type shifted interface {
	// from returns the operation on the rows from the given one on of n's.
	from(n *Node, row int) Op
}

// rows is n on some of its rows. Its outputs are views, it is not among b's nodes.
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

// terminal says that n's gradient has no gradient itself.
func (b *Builder) terminal(n *Node) {
	b.fail("%s has no second derivative here, so a gradient penalty cannot pass through it", n.Op.Name())
}

// wants reports an error unless v is a float matrix.
func wantMatrix(v *Value) error {
	if v.Elem != tensor.Float32 || len(v.Shape) != 2 {
		return fmt.Errorf("an input is of type %v, want a float32 matrix", v.Type)
	}
	return nil
}
