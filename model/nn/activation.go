package nn

import "gorgan/model/graph"

// Activation is what follows a dense layer's product.
type Activation struct {
	Name   string
	Pieces int // columns of the product to one of the output
	// Curved tells that the slope changes from point to point. Such an activation has no
	// second derivative in the graph's table.
	Curved bool
	// Apply appends activation(x + bias): x (rows, units·Pieces) to (rows, units).
	Apply func(b *graph.Builder, x, bias *graph.Value) *graph.Value
}

// Linear is x.
func Linear() Activation {
	return Activation{Name: "linear", Pieces: 1, Apply: (*graph.Builder).BiasLinear}
}

// Tanh is the hyperbolic tangent.
func Tanh() Activation {
	return Activation{Name: "tanh", Pieces: 1, Curved: true, Apply: (*graph.Builder).BiasTanh}
}

// Sigmoid is the logistic function.
func Sigmoid() Activation {
	return Activation{Name: "sigmoid", Pieces: 1, Curved: true, Apply: (*graph.Builder).BiasSigmoid}
}

// ReLU is max(x,0) + slope·min(x,0). Its name is relu, or leaky-relu with a slope.
func ReLU(slope float32) Activation {
	name := "relu"
	if slope != 0 {
		name = "leaky-relu"
	}
	return Activation{Name: name, Pieces: 1, Apply: func(b *graph.Builder, x, bias *graph.Value) *graph.Value {
		return b.BiasReLU(x, bias, slope)
	}}
}
