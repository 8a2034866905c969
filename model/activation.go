package model

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// activation is what follows a layer's product. Of a layer on some rows, a is the
// product (rows, units·pieces), to which forward adds the bias, and y the output
// (rows, units); they are the same memory where there is one piece.
type activation struct {
	name   string
	pieces int // values of the product to one of the output
	// smooth tells that the slope depends on more than which side y is on: backward
	// passes want y untouched, and a gradient penalty would want second derivatives.
	smooth  bool
	forward func(dev kernels.Device, y, a, bias *tensor.Dense) error
	// grad takes d, the gradient at y, to da, that at a, and sums it over the rows into
	// dbias, by way of runs (kernels.GradRuns). da is d where a is y.
	grad func(dev kernels.Device, da, dbias, runs, d, y, a *tensor.Dense) error
	// tangent takes u, a small change of a, to t, that of y, where the slopes are those
	// of y and a. t is u where a is y; scratch (units·pieces) and
	// runs are overwritten.
	tangent func(dev kernels.Device, t, u, scratch, runs, y, a *tensor.Dense) error
}

// activations is the table that flags, help, errors and tests range over. The output
// layers have sigmoid and linear.
var activations = table[func(Config) activation]{
	{"relu", "max(x,0): the tutorial's", func(Config) activation { return rectifier("relu", 0) }},
	{"leaky-relu", "max(x,0) + leaky_slope·min(x,0): Maas et al. 2013",
		func(c Config) activation { return rectifier("leaky-relu", float32(c.LeakySlope)) }},
	{"tanh", "the hyperbolic tangent", func(Config) activation { return tanh }},
	{"maxout", "the largest of maxout_pieces sums: Goodfellow et al. 2013; the 2014 paper's discriminator",
		func(c Config) activation { return maxoutOf(c.MaxoutPieces) }},
}

// Activations returns the names Config.DisActivation takes.
func Activations() []string { return activations.names() }

// GenActivations returns the names Config.GenActivation takes.
func GenActivations() []string {
	return slices.DeleteFunc(Activations(), func(name string) bool { return name == "maxout" })
}

// ActivationSummary says in a line what the activation of that name is.
func ActivationSummary(name string) string {
	a, _ := activations.find(name)
	return a.summary
}

var (
	tanh = activation{name: "tanh", pieces: 1, smooth: true,
		forward: func(dev kernels.Device, y, _, bias *tensor.Dense) error { return kernels.BiasTanh(dev, y, bias) },
		grad: func(dev kernels.Device, _, dbias, runs, d, y, _ *tensor.Dense) error {
			return kernels.TanhGrad(dev, d, dbias, runs, y)
		}}
	sigmoid = activation{name: "sigmoid", pieces: 1, smooth: true,
		forward: func(dev kernels.Device, y, _, bias *tensor.Dense) error { return kernels.BiasSigmoid(dev, y, bias) },
		grad: func(dev kernels.Device, _, dbias, runs, d, y, _ *tensor.Dense) error {
			return kernels.SigmoidGrad(dev, d, dbias, runs, y)
		}}
	linear = activation{name: "linear", pieces: 1,
		forward: func(dev kernels.Device, y, _, bias *tensor.Dense) error { return kernels.BiasLinear(dev, y, bias) },
		grad: func(dev kernels.Device, _, dbias, runs, d, _, _ *tensor.Dense) error {
			return kernels.LinearGrad(dev, dbias, runs, d)
		}}
)

// rectifier is max(x,0) + slope·min(x,0). Its tangent is its gradient's other reading:
// both are multiplied by the slopes.
func rectifier(name string, slope float32) activation {
	return activation{name: name, pieces: 1,
		forward: func(dev kernels.Device, y, _, bias *tensor.Dense) error {
			return kernels.BiasReLU(dev, y, bias, slope)
		},
		grad: func(dev kernels.Device, _, dbias, runs, d, y, _ *tensor.Dense) error {
			return kernels.ReLUGrad(dev, d, dbias, runs, y, slope)
		},
		tangent: func(dev kernels.Device, t, _, scratch, runs, y, _ *tensor.Dense) error {
			return kernels.ReLUGrad(dev, t, scratch, runs, y, slope)
		}}
}

func maxoutOf(pieces int) activation {
	return activation{name: "maxout", pieces: pieces,
		forward: kernels.Maxout,
		grad: func(dev kernels.Device, da, dbias, runs, d, _, a *tensor.Dense) error {
			return kernels.MaxoutGrad(dev, da, dbias, runs, d, a)
		},
		tangent: func(dev kernels.Device, t, u, _, _, _, a *tensor.Dense) error {
			return kernels.MaxoutPick(dev, t, u, a)
		}}
}
