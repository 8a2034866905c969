package nn

import "gorgan/model/graph"

// Rescale brings values from one range to another: it returns Factor·x + Offset. It has no parameters.
type Rescale struct{ Factor, Offset float32 }

// ToSigned brings the values of images from [0,1] to [-1,1], the range of a hyperbolic tangent.
func ToSigned() Rescale { return Rescale{2, -1} }

// FromSigned is the inverse of ToSigned.
func FromSigned() Rescale { return Rescale{0.5, 0.5} }

func (Rescale) Params() []Param { return nil }

func (r Rescale) Apply(p *Pass, _ []*graph.Value, x *graph.Value) *graph.Value {
	return p.Affine(x, r.Factor, r.Offset)
}
