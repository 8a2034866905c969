package optim

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// adagradStart is the first value of the sums, as in TensorFlow's AdagradOptimizer.
const adagradStart = 0.1

type adagrad struct {
	net  *nn.Weights
	rate Schedule
	sum  *tensor.Dense
}

// NewAdagrad returns the optimizer of Duchi et al., "Adaptive subgradient methods for online
// learning and stochastic optimization" (2011). It keeps net and rate, and allocates memory of
// dev. It returns dev's error.
func NewAdagrad(dev kernels.Device, net *nn.Weights, rate Schedule) (Optimizer, error) {
	sum, err := filled(dev, net.Size(), adagradStart)
	return &adagrad{net, rate, sum}, err
}

func (a *adagrad) Update(dev kernels.Device, _ int) error {
	if err := a.rate.update(dev); err != nil {
		return err
	}
	return kernels.Adagrad(dev, a.net.Values, a.sum, a.net.Grads, a.rate.Value)
}

func (a *adagrad) Moments() []*tensor.Dense { return []*tensor.Dense{a.sum} }
