package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// allocator makes tensors on a device. After an error it keeps the error and returns nil tensors,
// so that a caller that needs many tensors can check err once, at the end.
type allocator struct {
	dev kernels.Device
	err error
}

func (a *allocator) make(dt tensor.Dtype, shape []int) (t *tensor.Dense) {
	if a.err == nil {
		t, a.err = a.dev.New(dt, shape...)
	}
	return t
}

func (a *allocator) floats(shape ...int) *tensor.Dense { return a.make(tensor.Float32, shape) }
func (a *allocator) words(shape ...int) *tensor.Dense  { return a.make(tensor.Uint32, shape) }
func (a *allocator) bytes(shape ...int) *tensor.Dense  { return a.make(tensor.Uint8, shape) }

// sequence returns a tensor (n) with the numbers from first on.
func (a *allocator) sequence(first, n int) *tensor.Dense {
	numbers := make([]uint32, n)
	for i := range numbers {
		numbers[i] = uint32(first + i)
	}
	t := a.words(n)
	a.upload(t, numbers)
	return t
}

// upload copies a slice of t's type and length to t.
func (a *allocator) upload(t *tensor.Dense, values any) {
	if a.err == nil {
		a.err = a.dev.Upload(t, values)
	}
}

// view returns the part of t that starts at element offset, in the given shape.
func (a *allocator) view(t *tensor.Dense, offset int, shape ...int) (v *tensor.Dense) {
	if a.err == nil {
		v, a.err = a.dev.View(t, offset, shape...)
	}
	return v
}

// weights returns the weights of n with their values and gradients in the given memory. Each
// tensor has the net's size.
func (a *allocator) weights(n *nn.Net, values, grads *tensor.Dense) (w *nn.Weights) {
	if a.err == nil {
		w, a.err = n.Over(a.dev, values, grads)
	}
	return w
}
