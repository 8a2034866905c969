package optim

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Schedule is a number that an optimizer reads from the device: Value (1), which renew
// brings up to date with the step under way. It is constant where renew is nil.
type Schedule struct {
	Value *tensor.Dense
	renew func(dev kernels.Device) error
}

// Constant is always value.
func Constant(dev kernels.Device, value float32) (s Schedule, err error) {
	s.Value, err = filled(dev, 1, value)
	return s, err
}

// Decay begins at start, and falls by a factor in each step of stepCount (1), but not below least:
// kernels.Decay.
func Decay(dev kernels.Device, stepCount *tensor.Dense, start, factor, least float32) (Schedule, error) {
	s, err := Constant(dev, start)
	s.renew = func(dev kernels.Device) error { return kernels.Decay(dev, s.Value, stepCount, start, factor, least) }
	return s, err
}

// Ramp goes from start to end in a line, over so many steps of stepCount (1): kernels.Ramp.
func Ramp(dev kernels.Device, stepCount *tensor.Dense, start, end float32, steps int) (Schedule, error) {
	s, err := Constant(dev, start)
	s.renew = func(dev kernels.Device) error { return kernels.Ramp(dev, s.Value, stepCount, start, end, steps) }
	return s, err
}

func (s Schedule) update(dev kernels.Device) error {
	if s.renew == nil {
		return nil
	}
	return s.renew(dev)
}
