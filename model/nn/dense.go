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
}

// products returns the number of columns of x·weight.
func (d Dense) products() int { return d.Units * d.Activation.Pieces }

func (d Dense) Params() []Param {
	return []Param{
		{Name: fmt.Sprintf("%d.weight", d.Number), Shape: []int{d.In, d.products()}, In: d.In, Stream: kernels.Stream(d.Number)},
		{Name: fmt.Sprintf("%d.bias", d.Number), Shape: []int{d.products()}},
	}
}

func (d Dense) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	return d.Activation.Apply(p.Builder, p.MatMul(x, w[0], false, false), w[1])
}

// Values returns the number of values that the layer computes from a row.
func (d Dense) Values() int { return d.products() }

// Parameters returns the number of weights and biases.
func (d Dense) Parameters() int { return (d.In + 1) * d.products() }
