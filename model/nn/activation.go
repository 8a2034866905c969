package nn

import "gorgan/model/graph"

// Activation is the function that a dense layer applies to its product.
type Activation struct {
	Name   string
	Pieces int // columns of the product for one column of the output
	// Curved means that the activation is not linear in pieces. Such an activation is terminal:
	// it has no second derivative in package graph.
	Curved bool
	// Apply returns activation(x + bias) (rows, units), for x (rows, units·Pieces) and bias
	// (units·Pieces).
	Apply func(b *graph.Builder, x, bias *graph.Value) *graph.Value
}

// Linear returns the activation x.
func Linear() Activation {
	return Activation{Name: "linear", Pieces: 1, Apply: (*graph.Builder).BiasLinear}
}

// Tanh returns the hyperbolic tangent.
func Tanh() Activation {
	return Activation{Name: "tanh", Pieces: 1, Curved: true, Apply: (*graph.Builder).BiasTanh}
}

// Sigmoid returns the logistic function.
func Sigmoid() Activation {
	return Activation{Name: "sigmoid", Pieces: 1, Curved: true, Apply: (*graph.Builder).BiasSigmoid}
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
