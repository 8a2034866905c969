package nn

import "gorgan/model/graph"

// Residual is y = skip(x) + layers(x): He et al., "Deep Residual Learning for Image Recognition" (2016),
// section 3.2. Both are chains of layers from x to as many values. An empty Skip is the
// identity; Layers has a layer with a Summary. Where the numbers of channels differ, the usual skip is a convolution of 1x1 without an
// activation.
//
// The parameters are those of the layers inside, by their own names. So the numbers of these layers count
// on through the block, and none appears twice in a net. The sum has no activation: a Bias after the block adds
// one (post-activation), and one before each product inside makes a block of He et al., "Identity
// Mappings in Deep Residual Networks" (2016) (pre-activation).
type Residual struct {
	Layers, Skip []Layer
}

// Params returns the parameters of Layers and then those of Skip.
func (r Residual) Params() (all []Param) {
	for _, chain := range [][]Layer{r.Layers, r.Skip} {
		for _, l := range chain {
			all = append(all, l.Params()...)
		}
	}
	return all
}

func (r Residual) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	return r.applyTogether([]*Pass{p}, [][]*graph.Value{w}, []*graph.Value{x})[0]
}

// applyTogether applies each layer inside to all shards, since some of these depend on all shards.
func (r Residual) applyTogether(p []*Pass, w [][]*graph.Value, x []*graph.Value) []*graph.Value {
	var ends [2][]*graph.Value
	first := 0 // parameter of the next layer
	for i, chain := range [][]Layer{r.Layers, r.Skip} {
		ends[i] = x
		for _, l := range chain {
			next := first + len(l.Params())
			own := make([][]*graph.Value, len(w))
			for j := range w {
				own[j] = w[j][first:next]
			}
			ends[i], first = applyTo(l, p, own, ends[i]), next
		}
	}
	y := make([]*graph.Value, len(x))
	for j := range x {
		y[j] = p[j].Add(ends[0][j], ends[1][j])
	}
	return y
}

// ResidualKind is the kind of the sum in a Summary.
const ResidualKind = "residual"

// summaries describes the layers inside, those of Skip last, and then the sum, by the number of the last of
// Layers.
func (r Residual) summaries() []Summary {
	all := summaries(r.Layers)
	sum := Summary{Kind: ResidualKind}
	if n := len(all); n > 0 {
		sum.Number, sum.In, sum.Out, sum.Values = all[n-1].Number, all[0].In, all[n-1].Out, all[n-1].Out
	}
	return append(append(all, summaries(r.Skip)...), sum)
}
