package graph

import "reflect"

// Producer is the operation that v is an output of.
func (v *Value) Producer() Op { return v.node.Op }

// Inputs are those of the operation that v is an output of.
func (v *Value) Inputs() []*Value { return v.node.In }

// Outputs are all outputs of the operation that v is the first output of.
func (v *Value) Outputs() []*Value { return v.node.Out }

// Kind tells operations apart that differ in more than their constants.
func Kind(op Op) string { return reflect.TypeOf(op).Name() + " " + op.Name() }

// Made are the nodes so far, of updates too.
func (b *Builder) Made() []*Node { return b.nodes }

// NewLeaf is a leaf of a type, without memory.
func NewLeaf(t Type) *Value { return &Value{Type: t, name: "x"} }

// Fails is what all errors of a Builder go through.
func (b *Builder) Fails(format string, args ...any) { b.fail(format, args...) }

// Launches are the names of what a run launches, in its order.
func (p *Program) Launches() []string {
	var all []string
	for _, l := range p.launches {
		if l.Op == nil {
			all = append(all, l.name)
		} else {
			all = append(all, l.Op.Name())
		}
	}
	return all
}
