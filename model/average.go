package model

import "gorgan/kernels"

// average is the exponential moving average of G's parameters over the steps, which
// images are drawn from: Karras et al., "Progressive Growing of GANs for Improved
// Quality, Stability, and Variation" (2018), appendix A.1. It begins at the initial
// weights. A nil one does nothing.
type average struct {
	of, net *net
	decay   float32
}

func newAverage(of *net, decay float64) (*average, error) {
	n, err := newNet(of.dev, of.shapes)
	return &average{of, n, float32(decay)}, err
}

func (a *average) start() error {
	if a == nil {
		return nil
	}
	return copyTo(a.net.dev, a.net.values, a.of.values)
}

// update follows each update of the net.
func (a *average) update() error {
	if a == nil {
		return nil
	}
	return kernels.EMA(a.net.dev, a.net.values, a.of.values, a.decay)
}

// averaged is what stands before a parameter's name where its average is meant.
const averaged = "ema."
