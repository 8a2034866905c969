package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Builder makes the nodes of one graph. Its methods take values of the same builder. If a value
// does not fit, the method does not return: it ends the function that Build called, and Build
// returns the error.
type Builder struct {
	nodes  []*Node
	leaves map[*tensor.Dense]*Value
	stored map[*Value]*tensor.Dense // outputs whose memory is outside the graph
	kept   []*Value                 // values whose memory nothing else may take
	one    *Value                   // the gradient of a loss at itself
}

// Node is one use of an operation.
type Node struct {
	Op      Op // nil where update is not
	In, Out []*Value
	name    string // of an update
	update  func(dev kernels.Device, in []*tensor.Dense) error
}

// Graph is the nodes that a Builder made.
type Graph struct {
	nodes  []*Node
	stored map[*Value]*tensor.Dense
	kept   []*Value
}

// failure is the panic that ends the building function.
type failure struct{ err error }

// Build calls f and returns the graph that f built, or the first error of a method of b.
func Build(f func(b *Builder)) (g *Graph, err error) {
	b := &Builder{leaves: map[*tensor.Dense]*Value{}, stored: map[*Value]*tensor.Dense{},
		one: &Value{Type: floats(1), name: "1"}}
	defer func() {
		if r := recover(); r != nil {
			failed, ok := r.(failure)
			if !ok {
				panic(r)
			}
			g, err = nil, failed.err
		}
	}()
	f(b)
	return &Graph{b.nodes, b.stored, b.kept}, nil
}

// fail ends the function that Build called.
func (b *Builder) fail(format string, args ...any) {
	panic(failure{fmt.Errorf("graph: "+format, args...)})
}

// Leaf returns t as a value. t belongs to the caller. The same tensor is the same value.
func (b *Builder) Leaf(name string, t *tensor.Dense) *Value {
	v := b.leaves[t]
	if v == nil {
		v = &Value{Type: Type{t.Dtype(), slices.Clone([]int(t.Shape()))}, name: name, leaf: t}
		b.leaves[t] = v
	}
	return v
}

// Ones returns a constant of ones.
func (b *Builder) Ones(shape ...int) *Value {
	return b.Constant(slices.Repeat([]float32{1}, floats(shape...).Size()), shape...)
}

// Constant returns a constant of the given values, which the graph keeps.
func (b *Builder) Constant(values []float32, shape ...int) *Value {
	t := floats(shape...)
	if len(values) != t.Size() {
		b.fail("constant: %d values for shape %v, want %d", len(values), shape, t.Size())
	}
	return &Value{Type: t, constant: values}
}

// Apply makes a node of op and returns its outputs.
func (b *Builder) Apply(op Op, in ...*Value) []*Value {
	types, err := op.Infer(in)
	if err != nil {
		b.fail("%s: %w", op.Name(), err)
	}
	n := &Node{Op: op, In: in}
	for _, t := range types {
		n.Out = append(n.Out, &Value{Type: t, node: n})
	}
	b.nodes = append(b.nodes, n)
	return n.Out
}

// Update adds a function that changes memory outside the graph, such as the update of an optimizer.
// It is called at this place in the order. Nodes after it read the new values of leaves that it
// changes.
func (b *Builder) Update(name string, f func(dev kernels.Device) error) {
	b.UpdateFrom(name, func(dev kernels.Device, _ []*tensor.Dense) error { return f(dev) })
}

// UpdateFrom is Update by a function that reads values of the graph. It gets their memory. A leaf among
// them may be what it changes.
func (b *Builder) UpdateFrom(name string, f func(dev kernels.Device, in []*tensor.Dense) error, in ...*Value) {
	b.nodes = append(b.nodes, &Node{name: name, update: f, In: in})
}

// Store makes t the memory of v, which must be the output of a node, in any shape, or a part of one, which
// is copied. t has the element type and the size of v, and belongs to the caller.
func (b *Builder) Store(v *Value, t *tensor.Dense) {
	switch of := v.base; {
	case of == nil || of.node == nil:
	case of.Size() == v.Size():
		v = of
	default:
		v = b.Apply(copyOp{}, v)[0]
	}
	if v.node == nil {
		b.fail("store: the value is not an output of a node")
	}
	if got := t.Shape().TotalSize(); got != v.Size() || t.Dtype() != v.Elem {
		b.fail("store: the tensor is of %d %v, want %v", got, t.Dtype(), v.Type)
	}
	b.stored[v] = t
}

// Keep gives v memory that no other value shares, so that Program.Tensor has its values after a
// run. It returns v.
func (b *Builder) Keep(v *Value) *Value {
	b.kept = append(b.kept, v)
	return v
}

// Reshape returns v in another shape with the same number of elements, without a copy.
func (b *Builder) Reshape(v *Value, shape ...int) *Value {
	if got := (Type{v.Elem, shape}).Size(); got != v.Size() {
		b.fail("reshape: shape %v has %d elements, want %d as %v", shape, got, v.Size(), v.Shape)
	}
	return view(v, 0, shape...)
}

// Rows returns n rows of v from row first on, without a copy.
func (b *Builder) Rows(v *Value, first, n int) *Value {
	if first < 0 || n < 1 || first+n > v.Rows() {
		b.fail("rows %d to %d of a value with %d rows", first, first+n-1, v.Rows())
	}
	return view(v, first*v.Cols(), v.Type.rows(n).Shape...)
}

// Join returns the rows of all of vs, one after the other. They have the same number of columns.
func (b *Builder) Join(vs ...*Value) *Value {
	var parts []*Value
	rows := 0
	for _, v := range vs {
		if v.Elem != vs[0].Elem || v.Cols() != vs[0].Cols() {
			b.fail("join: a value of type %v beside one of %v, want the same number of columns", v.Type, vs[0].Type)
		}
		rows += v.Rows()
		for _, s := range v.whole() {
			if n := len(parts); n > 0 {
				// Elements that follow the last part directly extend it.
				if last := parts[n-1].whole()[0]; last.root == s.root && last.first+last.n == s.first {
					parts[n-1] = stretch(v, s.root, last.first, last.n+s.n)
					continue
				}
			}
			parts = append(parts, stretch(v, s.root, s.first, s.n))
		}
	}
	t := vs[0].Type.rows(rows)
	if len(parts) == 1 {
		return view(parts[0], 0, t.Shape...)
	}
	return &Value{Type: t, parts: parts}
}
