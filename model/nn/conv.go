package nn

import (
	"fmt"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// Conv is y = activation(x∗weight + bias), for images x. A pixel of y has c.Outputs channels. If
// Transposed is true, it is the transposed convolution: x has the shape of the convolution's output,
// and y that of its images, with c.Channels channels. The images of a row are in the order row,
// column, channel.
type Conv struct {
	Number      int // of the layer, which its parameters are named by
	Convolution kernels.Convolution
	Transposed  bool
	Activation  Activation
	Deviation   float64 // of the first weights; 0 for that of a dense layer with as many inputs
	Spectral    bool    // the weights are divided by their largest singular value
	Zero        bool    // the first weights are 0
}

// channels returns the number of channels of a pixel of y.
func (c Conv) channels() int {
	if c.Transposed {
		return c.Convolution.Channels
	}
	return c.Convolution.Outputs
}

// products returns the number of products that a value of y sums, on average over a large image.
func (c Conv) products() int {
	if c.Transposed {
		outputs := c.Convolution.Outputs / max(c.Convolution.Groups, 1)
		return max(c.Convolution.KernelHeight*c.Convolution.KernelWidth*outputs/(c.Convolution.Stride*c.Convolution.Stride), 1)
	}
	return c.Convolution.KernelHeight * c.Convolution.KernelWidth * c.Convolution.Depth()
}

func (c Conv) Params() []Param {
	weight := Param{Name: fmt.Sprintf("%d.weight", c.Number), Shape: c.Convolution.WeightShape(),
		In: c.products(), Stream: kernels.Stream(c.Number), Deviation: c.Deviation, Zero: c.Zero}
	all := c.Activation.withBias(weight, c.Number, c.channels())
	if c.Spectral {
		all = append(all, singularVector(c.Number, c.Convolution.Outputs))
	}
	return all
}

func (c Conv) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	y, weight := (*graph.Value)(nil), w[0]
	if c.Spectral {
		weight = p.spectralNorm(weight, w[len(w)-1])
	}
	if c.Transposed {
		y = p.ConvBack(x, weight, c.Convolution)
	} else {
		y = p.Conv(x, weight, c.Convolution)
	}
	// The activation sees a row for each pixel.
	pixels := p.Reshape(y, y.Size()/c.channels(), c.channels())
	return p.Reshape(c.Activation.of(p.Builder, pixels, w[1:]), y.Shape...)
}

// Summary describes the layer.
func (c Conv) Summary() Summary {
	of := c.Convolution
	s := Summary{Number: c.Number, Kind: "conv", In: of.In(), Out: of.Out(), InImage: []int{of.Height, of.Width, of.Channels},
		OutImage: []int{of.OutHeight(), of.OutWidth(), of.Outputs}, Activation: c.Activation.Name, Multiplications: of.Multiplications()}
	if c.Transposed {
		s.Kind, s.In, s.Out, s.InImage, s.OutImage = "up-conv", s.Out, s.In, s.OutImage, s.InImage
	}
	s.Values = s.Out
	return s
}
