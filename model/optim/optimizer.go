package optim

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Optimizer moves one net's parameters along its gradients.
type Optimizer interface {
	// Update does the nth update, from 0, of the step under way.
	Update(dev kernels.Device, nth int) error
	// Moments are what the optimizer remembers, each in the layout of the net's values.
	Moments() []*tensor.Dense
}

// filled is a float tensor of n equal values in memory of dev.
func filled(dev kernels.Device, n int, value float32) (*tensor.Dense, error) {
	t, err := dev.New(tensor.Float32, n)
	if err != nil || value == 0 {
		return t, err
	}
	return t, dev.Upload(t, slices.Repeat([]float32{value}, n))
}
