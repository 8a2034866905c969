package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Type is the element type and the shape of a value in row-major order. The first dimension counts
// its rows.
type Type struct {
	Elem  tensor.Dtype
	Shape []int
}

func floats(shape ...int) Type { return Type{tensor.Float32, shape} }
func words(shape ...int) Type  { return Type{tensor.Uint32, shape} }

// Size returns the number of elements.
func (t Type) Size() int { return tensor.Shape(t.Shape).TotalSize() }

// Rows returns the first dimension.
func (t Type) Rows() int { return t.Shape[0] }

// Cols returns the number of elements of a row.
func (t Type) Cols() int { return t.Size() / t.Rows() }

func (t Type) String() string { return fmt.Sprint(t.Elem, t.Shape) }

func (t Type) equal(o Type) bool { return t.Elem == o.Elem && slices.Equal(t.Shape, o.Shape) }

// rows returns the type of n rows of a t.
func (t Type) rows(n int) Type { return Type{t.Elem, append([]int{n}, t.Shape[1:]...)} }

// Value is a tensor that a step reads or computes. It is one of:
//
//	leaf      memory outside the graph: parameters, data, counters
//	constant  values that stay as they are
//	output    of a node
//	view      elements of one of these or of a join, in a shape of its own
//	join      the rows of several outputs, leaves and constants, one after the other
type Value struct {
	Type
	name     string        // of a leaf
	leaf     *tensor.Dense // of a leaf
	constant any           // []float32 or []uint32
	node     *Node         // of an output
	base     *Value        // of a view, which begins at element first of it
	first    int
	parts    []*Value // of a join: roots and views of roots
}

// isRoot reports whether v is neither a view nor a join.
func (v *Value) isRoot() bool { return v.base == nil && v.parts == nil }

// segment is n elements of a root from element first on.
type segment struct {
	root     *Value
	first, n int
}

// segments returns the places in roots of n elements of v, from element first on.
func (v *Value) segments(first, n int) []segment {
	switch {
	case v.base != nil:
		return v.base.segments(v.first+first, n)
	case v.parts == nil:
		return []segment{{v, first, n}}
	}
	var all []segment
	at := 0
	for _, p := range v.parts {
		lo, hi := max(first, at), min(first+n, at+p.Size())
		if lo < hi {
			all = append(all, p.segments(lo-at, hi-lo)...)
		}
		at += p.Size()
	}
	return all
}

// whole returns all segments of v.
func (v *Value) whole() []segment { return v.segments(0, v.Size()) }

// placed is what has to lie in memory for v to be read: of a view of a join, all of the join.
func (v *Value) placed() []segment {
	if v.base != nil && v.base.parts != nil {
		return v.base.whole()
	}
	return v.whole()
}

// overlaps reports whether two segments share an element.
func (s segment) overlaps(o segment) bool {
	return s.root == o.root && s.first < o.first+o.n && o.first < s.first+s.n
}

// stretch is n elements of v from element first on, in rows as long as those of like where
// that makes whole rows, else in one.
func stretch(like, v *Value, first, n int) *Value {
	if n%like.Cols() != 0 {
		return view(v, first, 1, n)
	}
	return view(v, first, like.Type.rows(n/like.Cols()).Shape...)
}

// view returns elements of v, from element first on, in a shape. It makes no new value if v, a root
// or a part of a join is the same.
func view(v *Value, first int, shape ...int) *Value {
	t := Type{v.Elem, shape}
	switch {
	case first == 0 && v.Type.equal(t):
		return v
	case v.base != nil:
		return view(v.base, v.first+first, shape...)
	case v.parts != nil:
		at := 0
		for _, p := range v.parts {
			if first >= at && first+t.Size() <= at+p.Size() {
				return view(p, first-at, shape...)
			}
			at += p.Size()
		}
	}
	return &Value{Type: t, base: v, first: first}
}
