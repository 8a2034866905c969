package nn

import "gorgan/model/graph"

// LabelLogit is the last layer of a discriminator that has a logit for each class: y (rows, 1) is the one
// of the row's label, for x (rows, Classes). See Mescheder et al., "Which Training Methods for GANs do
// actually Converge?" (2018), appendix D. Each row must have one label: with several images in a row, or
// without labels, building the graph ends with an error.
type LabelLogit struct {
	Number  int // of the layer before it
	Classes int
}

func (LabelLogit) Params() []Param { return nil }

func (LabelLogit) Apply(p *Pass, _ []*graph.Value, x *graph.Value) *graph.Value {
	return p.LabelLogit(x, p.Labels)
}

// Summary describes the layer.
func (l LabelLogit) Summary() Summary {
	return Summary{Number: l.Number, Kind: "label-logit", In: l.Classes, Out: 1, Values: 1}
}
