package nn

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// Layer is one layer of a net.
type Layer interface {
	// Params lists the layer's parameters.
	Params() []Param
	// Apply appends the layer to p.Builder: x (rows, in) to (rows, out). w are the
	// parameters, in the order of Params.
	Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value
}

// Param describes one learned tensor of a layer.
type Param struct {
	Name  string // within the net: "0.weight"
	Shape []int
	// In is how many inputs a weight sums over; 0 for a bias, which begins at 0.
	In int
	// Stream numbers a weight among those of its net, for its first values.
	Stream kernels.Stream
	// Last puts the tensor behind those of all layers.
	Last bool
}

// Pass is what layers need to know of one application of a net.
type Pass struct {
	*graph.Builder
	// Random is of the dropout; its stream is the stage of the step.
	Random graph.Random
	// FirstRow is the place of x's first row among the rows that share Random.
	FirstRow int
	// Labels (images) are those of the images in the rows; nil without classes.
	Labels *graph.Value
	// OneHot (images, classes) are the labels as vectors, for nets that take several
	// images a row.
	OneHot *graph.Value
}

// Net is a chain of layers.
type Net struct {
	Name   string
	Layers []Layer
}

// Tensor is one parameter in the layout of a net.
type Tensor struct {
	Param         // the name has the net's before it: "generator.0.weight"
	layer, number int
	Offset        int // of the first element among the net's
	Value, Grad   *tensor.Dense
}

// Layout lists the net's parameters, without memory, and the size of all together. They
// lie one after the other, each at the beginning of a kernels.Chunk, so that a chunk
// holds values of one tensor.
func (n *Net) Layout() (all []Tensor, size int) {
	for _, last := range []bool{false, true} {
		for i, l := range n.Layers {
			for j, p := range l.Params() {
				if p.Last != last {
					continue
				}
				p.Name = n.Name + "." + p.Name
				all = append(all, Tensor{Param: p, layer: i, number: j, Offset: size})
				elements := tensor.Shape(p.Shape).TotalSize()
				size += (elements + kernels.Chunk - 1) / kernels.Chunk * kernels.Chunk
			}
		}
	}
	return all, size
}

// Size is the number of elements of Layout.
func (n *Net) Size() int {
	_, size := n.Layout()
	return size
}

// In is the number of inputs of the first dense layer, Out that of outputs of the last.
func (n *Net) In() int  { return n.Dense()[0].In }
func (n *Net) Out() int { return n.Dense()[len(n.Dense())-1].Units }

// Dense are the dense layers, conditioned or not, in their order.
func (n *Net) Dense() (all []Dense) {
	for _, l := range n.Layers {
		switch l := l.(type) {
		case Dense:
			all = append(all, l)
		case Conditioned:
			all = append(all, l.Dense)
		}
	}
	return all
}
