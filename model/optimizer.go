package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// optimizer moves one net's parameters along its gradients.
type optimizer interface {
	// update does the nth update, from 0, of the step under way.
	update(dev kernels.Device, nth int) error
	// state is what the optimizer remembers, a tensor for each of its row's moments,
	// in the layout of the net's values.
	state() []*tensor.Dense
}

// method is a kind of optimizer.
type method struct {
	moments []string // names in a checkpoint, put before a parameter's
	open    func(al *allocator, c Config, n *nn.Weights, clock *tensor.Dense, perStep int) optimizer
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

type adam struct {
	net         *nn.Weights
	clock       *tensor.Dense
	base        schedule
	rate        *tensor.Dense // (1): base's, for the moments' bias
	m, v        *tensor.Dense
	perStep     int
	b1, b2, eps float32
}

func newAdam(al *allocator, c Config, n *nn.Weights, clock *tensor.Dense, perStep int) optimizer {
	return &adam{net: n, clock: clock, base: learningRate(al, c, clock), rate: al.floats(1),
		m: al.floats(n.Size()), v: al.floats(n.Size()), perStep: perStep,
		b1: float32(c.Beta1), b2: float32(c.Beta2), eps: float32(c.Epsilon)}
}

func (a *adam) update(dev kernels.Device, nth int) error {
	if err := a.base.update(dev); err != nil {
		return err
	}
	if err := kernels.AdamRate(dev, a.rate, a.base.value, a.clock, a.b1, a.b2, a.perStep, nth); err != nil {
		return err
	}
	return kernels.Adam(dev, a.net.Values, a.m, a.v, a.net.Grads, a.rate, a.b1, a.b2, a.eps)
}

func (a *adam) state() []*tensor.Dense { return []*tensor.Dense{a.m, a.v} }

type adagrad struct {
	net  *nn.Weights
	rate schedule
	sum  *tensor.Dense
}

// adagradStart is what TensorFlow's AdagradOptimizer starts its sums at.
const adagradStart = 0.1

func newAdagrad(al *allocator, c Config, n *nn.Weights, clock *tensor.Dense, _ int) optimizer {
	return &adagrad{n, learningRate(al, c, clock), al.filled(n.Size(), adagradStart)}
}

func (a *adagrad) update(dev kernels.Device, _ int) error {
	if err := a.rate.update(dev); err != nil {
		return err
	}
	return kernels.Adagrad(dev, a.net.Values, a.sum, a.net.Grads, a.rate.value)
}

func (a *adagrad) state() []*tensor.Dense { return []*tensor.Dense{a.sum} }

type sgd struct {
	net            *nn.Weights
	rate, momentum schedule
	velocity       *tensor.Dense
}

func newSGD(al *allocator, c Config, n *nn.Weights, clock *tensor.Dense, _ int) optimizer {
	return &sgd{n, learningRate(al, c, clock), momentumFactor(al, c, clock), al.floats(n.Size())}
}

func (s *sgd) update(dev kernels.Device, _ int) error {
	if err := s.rate.update(dev); err != nil {
		return err
	}
	if err := s.momentum.update(dev); err != nil {
		return err
	}
	return kernels.Momentum(dev, s.net.Values, s.velocity, s.net.Grads, s.rate.value, s.momentum.value)
}

func (s *sgd) state() []*tensor.Dense { return []*tensor.Dense{s.velocity} }
