package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// average is the moving average of G's parameters over the steps: see kernels.EMA. Samples come
// from it. Before the first step it is the initial weights.
type average struct {
	of, net   *nn.Weights
	stepCount *tensor.Dense
	decay     float32
}

func newAverage(dev kernels.Device, of *nn.Weights, stepCount *tensor.Dense, decay float64) (*average, error) {
	n, err := of.Net.New(dev)
	return &average{of, n, stepCount, float32(decay)}, err
}

// start copies the weights. It does nothing for a nil average.
func (a *average) start(dev kernels.Device) error {
	if a == nil {
		return nil
	}
	return kernels.Copy(dev, a.net.Values, a.of.Values)
}

// update adds the present weights to the average. It belongs after each update of the net.
func (a *average) update(dev kernels.Device) error {
	return kernels.EMA(dev, a.net.Values, a.of.Values, a.stepCount, a.decay)
}

// averaged is the prefix of a parameter's name that stands for the parameter's average.
const averaged = "ema."

// generatorPrefix returns what the names of the weights begin with that images are made with.
func (c Config) generatorPrefix(raw bool) string {
	if c.EMA > 0 && !raw {
		return averaged
	}
	return ""
}
