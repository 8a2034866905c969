package optim

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Optimizer updates the parameters of one net by its gradients.
type Optimizer interface {
	// Update launches the nth update, from 0, of the present step. dev is the device that the
	// optimizer was made on. It returns dev's error.
	Update(dev kernels.Device, nth int) error
	// Moments returns the tensors that the optimizer remembers, each in the layout of the net's
	// values. They belong to the optimizer. A caller may write them to restore a state.
	Moments() []*tensor.Dense
}

// filled returns a new float32 tensor of n equal values on dev.
func filled(dev kernels.Device, n int, value float32) (*tensor.Dense, error) {
	t, err := dev.New(tensor.Float32, n)
	if err != nil || value == 0 {
		return t, err
	}
	return t, dev.Upload(t, slices.Repeat([]float32{value}, n))
}
