package nn

import "gorgan/model/graph"

// Maxout returns the largest piece of each unit: Goodfellow et al., "Maxout networks" (2013).
func Maxout(pieces int) Activation {
	return Activation{Name: "maxout", Pieces: pieces, Apply: func(b *graph.Builder, x, bias *graph.Value) *graph.Value {
		return b.Maxout(x, bias, pieces)
	}}
}
