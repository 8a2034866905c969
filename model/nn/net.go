package nn

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// Layer is one layer of a net.
type Layer interface {
	// Params returns the layer's parameters.
	Params() []Param
	// Apply appends the layer to p.Builder and returns its output (rows, out) for x (rows, in). w
	// are the parameters, in the order of Params.
	Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value
}

// Param describes one parameter of a layer.
type Param struct {
	Name  string // within the net: "0.weight"
	Shape []int
	// In is the number of inputs that a weight sums over. It is 0 for other parameters.
	In int
	// Stream is the number of a weight in its net, for the random stream of its first values.
	Stream kernels.Stream
	// Deviation is the standard deviation of the first values. It is 0 for a weight whose deviation
	// Weights.Initialize chooses by In, and for a parameter that begins at Start.
	Deviation float64
	Start     float64 // the mean of the first values
	Zero      bool    // the first values are 0, whatever the fields above say
	// Unit says that the parameter is a singular vector, whose first values are of length 1.
	Unit bool
	// Fixed says that nothing is learned: the parameter has no gradient, but may move as Pass.Moves says.
	// Its place among the gradients stays 0.
	Fixed bool
	// Last places the tensor after those of all layers.
	Last bool
}

// Pass is what layers need for one forward of a net.
type Pass struct {
	*graph.Builder
	// Random is for dropout. Its stream is the stage of the step.
	Random graph.Random
	// BatchRows is the number of rows that batch normalisation takes for a batch, or for a shard of one. It is 0 if
	// there are no batches: then the averages of the training's take their place.
	BatchRows int
	// Shards is the number of shards of a batch, over all ranks. 0 is 1.
	Shards int
	// Moves, if it is not nil, gets a move for each Fixed parameter that the pass has a new value for. It is
	// to be made when the net is updated.
	Moves func(Move)
	// Labels (images) are the labels of the images in the rows. It is nil without classes.
	Labels *graph.Value
	// OneHot (images, classes) is the labels as vectors, for nets with several images in a row, and for
	// mixed classes if Labels is nil.
	OneHot *graph.Value
}

// Move is the change of a Fixed parameter to Kept·Param + (1-Kept)·To, with less kept in the first steps: see
// kernels.EMA. To has the size of Param.
type Move struct {
	Param, To *graph.Value
	Kept      float32
}

// move passes a move on, if the pass is for an update.
func (p *Pass) move(param, to *graph.Value, kept float32) {
	if p.Moves != nil {
		p.Moves(Move{param, to, kept})
	}
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

// Layout returns the net's parameters, without memory, and the size of all together. They are one
// after the other. Each begins at a kernels.Chunk, so that a chunk has values of one tensor only.
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

// Size returns the number of elements of Layout.
func (n *Net) Size() int {
	_, size := n.Layout()
	return size
}
