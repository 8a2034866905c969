package nn

import (
	"fmt"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// BatchNorm is y = activation(scale·(x-mean)/deviation + bias), for images x with Channels channels,
// where mean and deviation of a channel are those of its pixels in a batch: Ioffe and Szegedy, "Batch
// Normalization" (2015). Dense values are images of one pixel.
//
// If Averages is true, the layer has the averages of the batches' means and variances among its
// parameters. A pass without batches (Pass.BatchRows) uses these, and so an image does not depend on the
// others.
type BatchNorm struct {
	Number     int // of the layer before it, which its parameters are named by too
	Values     int // of an image: pixels·Channels
	Channels   int
	Activation Activation
	Averages   bool
}

// Radford et al. (2016) start the scales at a normal distribution of mean 1 and this deviation.
const scaleDeviation = 0.02

// averageKept is the share that the averages of a batch's statistics keep at an update.
const averageKept = 0.9

// scaleStream is the number of the first scale among the weights of a net.
const scaleStream = 128

func (n BatchNorm) Params() []Param {
	name := func(kind string) string { return fmt.Sprintf("%d.%s", n.Number, kind) }
	scale := Param{Name: name("scale"), Shape: []int{n.Channels}, Start: 1, Deviation: scaleDeviation, Stream: scaleStream + kernels.Stream(n.Number)}
	all := n.Activation.withBias(scale, n.Number, n.Channels)
	if n.Averages {
		all = append(all, Param{Name: name("mean"), Shape: []int{n.Channels}, Fixed: true},
			Param{Name: name("variance"), Shape: []int{n.Channels}, Start: 1, Fixed: true})
	}
	return all
}

func (n BatchNorm) Apply(p *Pass, w []*graph.Value, x *graph.Value) *graph.Value {
	return n.applyTogether([]*Pass{p}, [][]*graph.Value{w}, []*graph.Value{x})[0]
}

// applyTogether normalises by the statistics of all shards.
func (n BatchNorm) applyTogether(p []*Pass, w [][]*graph.Value, x []*graph.Value) []*graph.Value {
	pixels, scales := make([]*graph.Value, len(x)), make([]*graph.Value, len(x))
	for i, v := range x {
		pixels[i], scales[i] = p[i].Reshape(v, v.Size()/n.Channels, n.Channels), w[i][0]
	}
	y := n.normalise(p, w, pixels, scales, x[0].Rows())
	for i, v := range y {
		y[i] = p[i].Reshape(n.Activation.of(p[i].Builder, v, w[i][1:]), x[i].Shape...)
	}
	return y
}

// normalise returns the normalised pixels of shards of so many images.
func (n BatchNorm) normalise(p []*Pass, w [][]*graph.Value, pixels, scales []*graph.Value, images int) []*graph.Value {
	first := p[0]
	if n.Averages && first.BatchRows == 0 {
		y := make([]*graph.Value, len(pixels))
		for i, v := range pixels {
			y[i] = p[i].Normalise(v, w[i][len(w[i])-2], w[i][len(w[i])-1], scales[i])
		}
		return y
	}
	y, mean, variance := first.BatchNorm(pixels, scales, images/max(first.BatchRows, 1), max(first.Shards, 1))
	if n.Averages {
		for i, pass := range p {
			pass.move(w[i][len(w[i])-2], mean, averageKept)
			pass.move(w[i][len(w[i])-1], variance, averageKept)
		}
	}
	return y
}

// BatchNormKind is the kind of the layer in a Summary.
const BatchNormKind = "batch-norm"

// Summary describes the layer.
func (n BatchNorm) Summary() Summary {
	return Summary{Number: n.Number, Kind: BatchNormKind, In: n.Values, Out: n.Values, Activation: n.Activation.Name, Values: n.Values}
}
