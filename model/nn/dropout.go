package nn

import (
	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/streams"
)

// Dropout sets each element of its input to 0 with probability Rate, and divides the others by
// 1-Rate: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting"
// (2014).
type Dropout struct {
	Number int // number of the dense layer after it
	Rate   float64
}

func (Dropout) Params() []Param { return nil }

func (d Dropout) Apply(p *Pass, _ []*graph.Value, x *graph.Value) *graph.Value {
	r := p.Random
	r.Stream += streams.Dropout + kernels.Stream(d.Number)<<16
	return p.Dropout(x, r, float32(1-d.Rate))
}
