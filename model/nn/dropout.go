package nn

import (
	"gorgan/kernels"
	"gorgan/model/graph"
)

// DropoutStream is the family of random streams of dropout: the one of layer i is i
// families behind it. The low 16 bits are the stage of the step.
const DropoutStream kernels.Purpose = 0x82 << 16

// Dropout makes each element of its input 0 with probability Rate and divides the others
// by 1-Rate: Srivastava et al., "Dropout: a simple way to prevent neural networks from
// overfitting" (2014).
type Dropout struct {
	Number int // of the dense layer behind it
	Rate   float64
}

func (Dropout) Params() []Param { return nil }

func (d Dropout) Apply(p *Pass, _ []*graph.Value, x *graph.Value) *graph.Value {
	r := p.Random
	r.Stream += DropoutStream + kernels.Purpose(d.Number)<<16
	return p.Dropout(x, r, float32(1-d.Rate), p.FirstRow)
}
