package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// average is the moving average of G's parameters over the steps, which images are drawn
// from: see kernels.EMA. Before the first step it is the initial weights.
type average struct {
	of, net   *nn.Weights
	stepCount *tensor.Dense
	decay     float32
}

func newAverage(dev kernels.Device, of *nn.Weights, stepCount *tensor.Dense, decay float64) (*average, error) {
	n, err := of.Net.New(dev)
	return &average{of, n, stepCount, float32(decay)}, err
}

// start copies the weights. A nil average has none.
func (a *average) start(dev kernels.Device) error {
	if a == nil {
		return nil
	}
	return kernels.Copy(dev, a.net.Values, a.of.Values)
}

// update follows each update of the net.
func (a *average) update(dev kernels.Device) error {
	return kernels.EMA(dev, a.net.Values, a.of.Values, a.stepCount, a.decay)
}

// averaged is what stands before a parameter's name where its average is meant.
const averaged = "ema."
