package nn

import (
	"fmt"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// Dense is y = activation(x·weight + bias), for x (rows, In) and y (rows, Units).
type Dense struct {
	Number     int // of the layer, which its parameters are named by
	In, Units  int
	Activation Activation
	Deviation  float64 // of the first weights; 0 for one by the number of inputs
	Spectral   bool    // the weights are divided by their largest singular value
	Zero       bool    // the first weights are 0
}

// products returns the number of columns of x·weight.
func (d Dense) products() int { return d.Units * d.Activation.Pieces }

func (d Dense) Params() []Param {
	weight := Param{Name: fmt.Sprintf("%d.weight", d.Number), Shape: []int{d.In, d.products()},
		In: d.In, Stream: kernels.Stream(d.Number), Deviation: d.Deviation, Zero: d.Zero}
	all := d.Activation.withBias(weight, d.Number, d.products())
	if d.Spectral {
		all = append(all, singularVector(d.Number, d.products()))
	}
	return all
}

func (d Dense) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	weight := w[0]
	if d.Spectral {
		weight = p.spectralNorm(weight, w[len(w)-1])
	}
	return d.Activation.of(p.Builder, p.MatMul(x, weight, false, false), w[1:])
}

// Summary describes the layer.
func (d Dense) Summary() Summary {
	return Summary{Number: d.Number, Kind: "dense", In: d.In, Out: d.Units, Activation: d.Activation.Name,
		Values: d.products(), Multiplications: d.In * d.products()}
}
