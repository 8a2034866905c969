package optim

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

type sgd struct {
	net            *nn.Weights
	rate, momentum Schedule
	velocity       *tensor.Dense
}

// NewSGD returns stochastic gradient descent with momentum: see kernels.Momentum. It keeps net and
// the schedules, and allocates memory of dev. It returns dev's error.
func NewSGD(dev kernels.Device, net *nn.Weights, rate, momentum Schedule) (Optimizer, error) {
	velocity, err := filled(dev, net.Size(), 0)
	return &sgd{net, rate, momentum, velocity}, err
}

func (s *sgd) Update(dev kernels.Device, _ int) error {
	if err := s.rate.update(dev); err != nil {
		return err
	}
	if err := s.momentum.update(dev); err != nil {
		return err
	}
	return kernels.Momentum(dev, s.net.Values, s.velocity, s.net.Grads, s.rate.Value, s.momentum.Value)
}

func (s *sgd) Moments() []*tensor.Dense { return []*tensor.Dense{s.velocity} }
