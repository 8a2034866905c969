package nn

import "gorgan/model/graph"

// MinibatchStddev gives images x (Height, Width, Channels) one more channel, the last. In all its pixels it
// has one number for a group of images: the mean over their values of the standard deviation in the group.
// Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation" (2018), section
// 3. It shows a discriminator how much the images differ. It has no parameters.
//
// A group is Group images that follow each other in a batch, 4 in Karras et al., "Analyzing and Improving the
// Image Quality of StyleGAN" (2020). Pass.BatchRows must be a multiple of it, so real and fake images are
// never in one group; otherwise building the graph ends with an error. The gradient at an image depends on the
// others of its group.
type MinibatchStddev struct {
	Number                  int // of the layer before it
	Height, Width, Channels int // of x
	Group                   int
}

func (MinibatchStddev) Params() []Param { return nil }

func (m MinibatchStddev) Apply(p *Pass, _ []*graph.Value, x *graph.Value) *graph.Value {
	area, channels := m.Height*m.Width, m.Channels
	deviation := p.GroupDeviation(x, m.Group, p.BatchRows)
	everywhere := p.MatMul(deviation, p.Ones(1, m.Group*area), false, false)
	pixels := p.Beside(p.Reshape(x, x.Rows()*area, channels), p.Reshape(everywhere, x.Rows()*area, 1))
	return p.Reshape(pixels, x.Rows(), area*(channels+1))
}

// Summary describes the layer.
func (m MinibatchStddev) Summary() Summary {
	area := m.Height * m.Width
	s := Summary{Number: m.Number, Kind: "minibatch-stddev", In: area * m.Channels, Out: area * (m.Channels + 1),
		InImage: []int{m.Height, m.Width, m.Channels}, OutImage: []int{m.Height, m.Width, m.Channels + 1}}
	s.Values = s.Out
	return s
}
