package model

import (
	"math"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
	"gorgan/model/optim"
)

// optimizerKind is a row of the table of optimizers.
type optimizerKind struct {
	moments []string // prefixes of a parameter's name in a checkpoint, one for each moment
	// open makes c's optimizer of n. It does perStep updates in each step of stepCount (1).
	open func(dev kernels.Device, c Config, n *nn.Weights, stepCount *tensor.Dense, perStep int) (optim.Optimizer, error)
}

// optimizers is the table of optimizers. Flags, help, errors and tests range over it.
var optimizers = table[optimizerKind]{
	{"adam", "Kingma and Ba 2015, as TensorFlow defines it (epsilon hat)", optimizerKind{[]string{"adam.m", "adam.v"}, openAdam}},
	{"adagrad", "Duchi et al. 2011; the tutorial reports that it does not converge here", optimizerKind{[]string{"adagrad.sum"}, openAdagrad}},
	{"sgd", "stochastic gradient descent with momentum", optimizerKind{[]string{"sgd.velocity"}, openSGD}},
}

// Optimizers returns the names that Config.Optimizer can have.
func Optimizers() []string { return optimizers.names() }

// OptimizerSummary describes the optimizer of that name in a line. It returns "" if there is none.
func OptimizerSummary(name string) string {
	o, _ := optimizers.find(name)
	return o.summary
}

func openAdam(dev kernels.Device, c Config, n *nn.Weights, stepCount *tensor.Dense, perStep int) (optim.Optimizer, error) {
	rate, err := learningRate(dev, c, stepCount)
	if err != nil {
		return nil, err
	}
	return optim.NewAdam(dev, n, rate, stepCount, perStep,
		optim.AdamConstants{Beta1: float32(c.Beta1), Beta2: float32(c.Beta2), Epsilon: float32(c.Epsilon)})
}

func openAdagrad(dev kernels.Device, c Config, n *nn.Weights, stepCount *tensor.Dense, _ int) (optim.Optimizer, error) {
	rate, err := learningRate(dev, c, stepCount)
	if err != nil {
		return nil, err
	}
	return optim.NewAdagrad(dev, n, rate)
}

func openSGD(dev kernels.Device, c Config, n *nn.Weights, stepCount *tensor.Dense, _ int) (optim.Optimizer, error) {
	rate, err := learningRate(dev, c, stepCount)
	if err != nil {
		return nil, err
	}
	momentum, err := momentumFactor(dev, c, stepCount)
	if err != nil {
		return nil, err
	}
	return optim.NewSGD(dev, n, rate, momentum)
}

// learningRate returns c's learning rate. It falls by a factor at each step if c has a decay.
func learningRate(dev kernels.Device, c Config, stepCount *tensor.Dense) (optim.Schedule, error) {
	if c.LearningRateDecay < 1 {
		return optim.Decay(dev, stepCount, float32(c.LearningRate), float32(c.LearningRateDecay), float32(c.LearningRateLeast))
	}
	return optim.Constant(dev, float32(c.LearningRate))
}

// momentumFactor returns c's momentum. It changes linearly to another value if c has one.
func momentumFactor(dev kernels.Device, c Config, stepCount *tensor.Dense) (optim.Schedule, error) {
	if c.MomentumSteps > 0 {
		return optim.Ramp(dev, stepCount, float32(c.Momentum), float32(c.MomentumEnd), c.MomentumSteps)
	}
	return optim.Constant(dev, float32(c.Momentum))
}

// LearningRates returns the learning rates of both nets in a step, from 1 on.
func (c Config) LearningRates(step uint32) (gen, dis float64) {
	rate := func(c Config) float64 {
		if c.LearningRateDecay < 1 {
			return max(c.LearningRate*math.Pow(c.LearningRateDecay, float64(step)-1), c.LearningRateLeast)
		}
		return c.LearningRate
	}
	return rate(c), rate(c.ofDiscriminator())
}
