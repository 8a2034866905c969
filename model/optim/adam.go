package optim

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// AdamConstants are the decay rates of the two moments, and the number that is added to the square
// root of the second. Epsilon is the paper's "epsilon hat", as in TensorFlow: see kernels.Adam.
type AdamConstants struct{ Beta1, Beta2, Epsilon float32 }

type adam struct {
	net       *nn.Weights
	stepCount *tensor.Dense
	base      Schedule
	rate      *tensor.Dense // (1), the base corrected for the bias of the moments
	m, v      *tensor.Dense
	perStep   int
	constants AdamConstants
}

// NewAdam returns the optimizer of Kingma and Ba, "Adam: a method for stochastic optimization"
// (2015). It does perStep updates in each step of stepCount (1), which counts from 1 at the first
// update. It keeps net, rate and stepCount, and allocates memory of dev. It returns dev's error.
func NewAdam(dev kernels.Device, net *nn.Weights, rate Schedule, stepCount *tensor.Dense, perStep int, c AdamConstants) (Optimizer, error) {
	a := &adam{net: net, stepCount: stepCount, base: rate, perStep: perStep, constants: c}
	var err error
	if a.rate, err = filled(dev, 1, 0); err != nil {
		return nil, err
	}
	if a.m, err = filled(dev, net.Size(), 0); err != nil {
		return nil, err
	}
	a.v, err = filled(dev, net.Size(), 0)
	return a, err
}

func (a *adam) Update(dev kernels.Device, nth int) error {
	if err := a.base.update(dev); err != nil {
		return err
	}
	c := a.constants
	if err := kernels.AdamRate(dev, a.rate, a.base.Value, a.stepCount, c.Beta1, c.Beta2, a.perStep, nth); err != nil {
		return err
	}
	return kernels.Adam(dev, a.net.Values, a.m, a.v, a.net.Grads, a.rate, c.Beta1, c.Beta2, c.Epsilon)
}

func (a *adam) Moments() []*tensor.Dense { return []*tensor.Dense{a.m, a.v} }
