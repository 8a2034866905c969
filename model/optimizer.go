package model

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// optimizer moves one net's parameters along its gradients.
type optimizer interface {
	// update does the nth update, from 0, of the step under way.
	update(nth int) error
	// state is what the optimizer remembers, a tensor for each of its row's moments,
	// in the layout of the net's values.
	state() []*tensor.Dense
}

// method is a kind of optimizer.
type method struct {
	moments []string // names in a checkpoint, put before a parameter's
	open    func(c Config, n *net, clock *tensor.Dense, perStep int) (optimizer, error)
}

// optimizers is the table that flags, help, errors and tests range over.
var optimizers = table[method]{
	{"adam", "Kingma and Ba 2015, as TensorFlow defines it (epsilon hat)", method{[]string{"adam.m", "adam.v"}, newAdam}},
	{"adagrad", "Duchi et al. 2011; the tutorial reports that it does not converge here", method{[]string{"adagrad.sum"}, newAdagrad}},
	{"sgd", "stochastic gradient descent with momentum", method{[]string{"sgd.velocity"}, newSGD}},
}

// Optimizers returns the names Config.Optimizer takes.
func Optimizers() []string { return optimizers.names() }

// OptimizerSummary says in a line what the optimizer of that name is.
func OptimizerSummary(name string) string {
	o, _ := optimizers.find(name)
	return o.summary
}

// newRate returns the tensor (1) a learning rate is read from.
func newRate(dev kernels.Device, rate float64) (*tensor.Dense, error) {
	return newFilled(dev, 1, float32(rate))
}

// newFilled returns a float tensor of n equal values.
func newFilled(dev kernels.Device, n int, value float32) (*tensor.Dense, error) {
	t, err := dev.New(tensor.Float32, n)
	if err != nil || value == 0 {
		return t, err
	}
	return t, dev.Upload(t, slices.Repeat([]float32{value}, n))
}

type adam struct {
	net               *net
	clock, base, rate *tensor.Dense
	m, v              *tensor.Dense
	perStep           int
	b1, b2, eps       float32
}

func newAdam(c Config, n *net, clock *tensor.Dense, perStep int) (optimizer, error) {
	a := &adam{net: n, clock: clock, perStep: perStep,
		b1: float32(c.Beta1), b2: float32(c.Beta2), eps: float32(c.Epsilon)}
	var err error
	if a.base, err = newRate(n.dev, c.LearningRate); err != nil {
		return nil, err
	}
	if a.rate, err = newFilled(n.dev, 1, 0); err != nil {
		return nil, err
	}
	if a.m, err = newFilled(n.dev, n.size, 0); err != nil {
		return nil, err
	}
	a.v, err = newFilled(n.dev, n.size, 0)
	return a, err
}

func (a *adam) update(nth int) error {
	if err := kernels.AdamRate(a.net.dev, a.rate, a.base, a.clock, a.b1, a.b2, a.perStep, nth); err != nil {
		return err
	}
	return kernels.Adam(a.net.dev, a.net.values, a.m, a.v, a.net.grads, a.rate, a.b1, a.b2, a.eps)
}

func (a *adam) state() []*tensor.Dense { return []*tensor.Dense{a.m, a.v} }

type adagrad struct {
	net       *net
	rate, sum *tensor.Dense
}

// adagradStart is what TensorFlow's AdagradOptimizer starts its sums at.
const adagradStart = 0.1

func newAdagrad(c Config, n *net, _ *tensor.Dense, _ int) (optimizer, error) {
	rate, err := newRate(n.dev, c.LearningRate)
	if err != nil {
		return nil, err
	}
	sum, err := newFilled(n.dev, n.size, adagradStart)
	return &adagrad{n, rate, sum}, err
}

func (a *adagrad) update(int) error {
	return kernels.Adagrad(a.net.dev, a.net.values, a.sum, a.net.grads, a.rate)
}

func (a *adagrad) state() []*tensor.Dense { return []*tensor.Dense{a.sum} }

type sgd struct {
	net                      *net
	rate, momentum, velocity *tensor.Dense
}

func newSGD(c Config, n *net, _ *tensor.Dense, _ int) (optimizer, error) {
	rate, err := newRate(n.dev, c.LearningRate)
	if err != nil {
		return nil, err
	}
	momentum, err := newFilled(n.dev, 1, float32(c.Momentum))
	if err != nil {
		return nil, err
	}
	velocity, err := newFilled(n.dev, n.size, 0)
	return &sgd{n, rate, momentum, velocity}, err
}

func (s *sgd) update(int) error {
	return kernels.Momentum(s.net.dev, s.net.values, s.velocity, s.net.grads, s.rate, s.momentum)
}

func (s *sgd) state() []*tensor.Dense { return []*tensor.Dense{s.velocity} }
