package nn

import "gorgan/model/graph"

// Bias is y = activation(x + bias), for images x with Channels channels: an activation without a product
// before it. The activation has one piece. Dense values are images of one pixel.
type Bias struct {
	Number     int // of the layer that it belongs to, which has no bias of its own
	Values     int // of an image: pixels·Channels
	Channels   int
	Activation Activation
}

func (a Bias) Params() []Param {
	return a.Activation.withBias(Param{}, a.Number, a.Channels)[1:]
}

func (a Bias) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	pixels := p.Reshape(x, x.Size()/a.Channels, a.Channels)
	return p.Reshape(a.Activation.of(p.Builder, pixels, w), x.Shape...)
}

// BiasKind is the kind of the layer in a Summary.
const BiasKind = "bias"

// Summary describes the layer.
func (a Bias) Summary() Summary {
	return Summary{Number: a.Number, Kind: BiasKind, In: a.Values, Out: a.Values, Activation: a.Activation.Name, Values: a.Values}
}
