package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// average is the moving average of G's parameters over the steps, which images are drawn
// from: see kernels.EMA. Before the first step it is the initial weights. A nil one does
// nothing.
type average struct {
	of, net *net
	clock   *tensor.Dense
	decay   float32
}

func newAverage(of *net, clock *tensor.Dense, decay float64) (*average, error) {
	n, err := newNet(of.dev, of.shapes)
	return &average{of, n, clock, float32(decay)}, err
}

func (a *average) start() error {
	if a == nil {
		return nil
	}
	return kernels.Copy(a.net.dev, a.net.values, a.of.values)
}

// update follows each update of the net.
func (a *average) update() error {
	if a == nil {
		return nil
	}
	return kernels.EMA(a.net.dev, a.net.values, a.of.values, a.clock, a.decay)
}

// averaged is what stands before a parameter's name where its average is meant.
const averaged = "ema."
