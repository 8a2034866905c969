package nn

import "gorgan/model/graph"

// Maxout is the largest of a unit's pieces: Goodfellow et al., "Maxout networks" (2013).
func Maxout(pieces int) Activation {
	return Activation{Name: "maxout", Pieces: pieces, Apply: func(b *graph.Builder, x, bias *graph.Value) *graph.Value {
		return b.Maxout(x, bias, pieces)
	}}
}
