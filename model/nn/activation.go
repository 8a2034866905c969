package nn

import (
	"fmt"

	"gorgan/model/graph"
)

// Activation is the function that a layer applies to its products.
type Activation struct {
	Name   string
	Pieces int // columns of the product for one column of the output
	// Apply returns activation(x + bias) (rows, units), for x (rows, units·Pieces) and bias
	// (units·Pieces). It is nil for NoActivation.
	Apply func(b *graph.Builder, x, bias *graph.Value) *graph.Value
}

// NoActivation returns what a layer has that only multiplies: it has no bias either.
func NoActivation() Activation { return Activation{Pieces: 1} }

// withBias returns the parameters weight and bias of a layer of that number. There is no bias without
// an activation.
func (a Activation) withBias(weight Param, number, size int) []Param {
	if a.Apply == nil {
		return []Param{weight}
	}
	return []Param{weight, {Name: fmt.Sprintf("%d.bias", number), Shape: []int{size}}}
}

// of returns a(x + bias) (rows, units), for x (rows, units·Pieces) and the parameters that follow the
// weight.
func (a Activation) of(b *graph.Builder, x *graph.Value, bias []*graph.Value) *graph.Value {
	if a.Apply == nil {
		return x
	}
	return a.Apply(b, x, bias[0])
}

// Linear returns the activation x.
func Linear() Activation {
	return Activation{Name: "linear", Pieces: 1, Apply: (*graph.Builder).BiasLinear}
}

// Tanh returns the hyperbolic tangent.
func Tanh() Activation {
	return Activation{Name: "tanh", Pieces: 1, Apply: (*graph.Builder).BiasTanh}
}

// Sigmoid returns the logistic function.
func Sigmoid() Activation {
	return Activation{Name: "sigmoid", Pieces: 1, Apply: (*graph.Builder).BiasSigmoid}
}

// ReLU returns max(x,0) + slope·min(x,0). Its name is relu, or leaky-relu if slope is not 0.
func ReLU(slope float32) Activation {
	name := "relu"
	if slope != 0 {
		name = "leaky-relu"
	}
	return Activation{Name: name, Pieces: 1, Apply: func(b *graph.Builder, x, bias *graph.Value) *graph.Value {
		return b.BiasReLU(x, bias, slope)
	}}
}
