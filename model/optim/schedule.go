package optim

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Schedule is a number in device memory, which an optimizer reads: Value (1). renew computes it
// for the present step. It is constant if renew is nil.
type Schedule struct {
	Value *tensor.Dense
	renew func(dev kernels.Device) error
}

// Constant returns a schedule that is always value. It returns the error of dev.
func Constant(dev kernels.Device, value float32) (s Schedule, err error) {
	s.Value, err = filled(dev, 1, value)
	return s, err
}

// Decay returns a schedule that begins at start and is multiplied by factor in each step of
// stepCount (1), but never falls below least: see kernels.Decay. It keeps stepCount, and returns
// the error of dev.
func Decay(dev kernels.Device, stepCount *tensor.Dense, start, factor, least float32) (Schedule, error) {
	s, err := Constant(dev, start)
	s.renew = func(dev kernels.Device) error { return kernels.Decay(dev, s.Value, stepCount, start, factor, least) }
	return s, err
}

// Ramp returns a schedule that goes linearly from start to end over so many steps of stepCount
// (1): see kernels.Ramp. It keeps stepCount, and returns the error of dev.
func Ramp(dev kernels.Device, stepCount *tensor.Dense, start, end float32, steps int) (Schedule, error) {
	s, err := Constant(dev, start)
	s.renew = func(dev kernels.Device) error { return kernels.Ramp(dev, s.Value, stepCount, start, end, steps) }
	return s, err
}

// update launches the kernel that computes Value for the present step.
func (s Schedule) update(dev kernels.Device) error {
	if s.renew == nil {
		return nil
	}
	return s.renew(dev)
}
