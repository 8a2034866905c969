package tape

import (
	"slices"

	"gorgonia.org/tensor"
)

// Span is the bytes of memory from Lo to Hi-1.
type Span = Range[uintptr]

// Range is what there is from Lo to Hi-1.
type Range[T int | uintptr] struct{ Lo, Hi T }

// SpanOf returns the memory of t, which is contiguous.
func SpanOf(t *tensor.Dense) Span {
	lo := t.Uintptr()
	return Span{lo, lo + uintptr(t.Shape().TotalSize())*t.Dtype().Size()}
}

// Overlaps reports whether both ranges have something in common.
func (r Range[T]) Overlaps(o Range[T]) bool { return r.Lo < o.Hi && o.Lo < r.Hi }

// Overlap reports whether one of a has something in common with one of b.
func Overlap[T int | uintptr](a, b []Range[T]) bool {
	return slices.ContainsFunc(a, func(x Range[T]) bool { return slices.ContainsFunc(b, x.Overlaps) })
}

// Without returns what is left of ranges without those of cut.
func Without[T int | uintptr](ranges, cut []Range[T]) []Range[T] {
	for _, c := range cut {
		var left []Range[T]
		for _, r := range ranges {
			for _, part := range []Range[T]{{r.Lo, min(r.Hi, c.Lo)}, {max(r.Lo, c.Hi), r.Hi}} {
				if part.Lo < part.Hi {
					left = append(left, part)
				}
			}
		}
		ranges = left
	}
	return ranges
}
