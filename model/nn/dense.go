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
}

// products returns the number of columns of x·weight.
func (d Dense) products() int { return d.Units * d.Activation.Pieces }

func (d Dense) Params() []Param {
	weight := Param{Name: fmt.Sprintf("%d.weight", d.Number), Shape: []int{d.In, d.products()},
		In: d.In, Stream: kernels.Stream(d.Number), Deviation: d.Deviation}
	return d.Activation.withBias(weight, d.Number, d.products())
}

func (d Dense) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	return d.Activation.of(p.Builder, p.MatMul(x, w[0], false, false), w[1:])
}

// Summary describes the layer.
func (d Dense) Summary() Summary {
	return Summary{Number: d.Number, Kind: "dense", In: d.In, Out: d.Units, Activation: d.Activation.Name,
		Values: d.products(), Multiplications: d.In * d.products()}
}
