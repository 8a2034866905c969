package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// schedule is a number that an optimizer reads from the device: value (1), which renew
// brings up to date with the step under way. It is constant where renew is nil.
type schedule struct {
	value *tensor.Dense
	renew func(dev kernels.Device) error
}

func (s schedule) update(dev kernels.Device) error {
	if s.renew == nil {
		return nil
	}
	return s.renew(dev)
}

// learningRate is c's, which falls by a factor each step where c has it so.
func learningRate(al *allocator, c Config, clock *tensor.Dense) schedule {
	s := schedule{value: al.filled(1, float32(c.LearningRate))}
	if c.LearningRateDecay < 1 {
		s.renew = func(dev kernels.Device) error {
			return kernels.Decay(dev, s.value, clock, float32(c.LearningRate), float32(c.LearningRateDecay), float32(c.LearningRateLeast))
		}
	}
	return s
}

// momentumFactor is c's, which goes to another in a line where c has it so.
func momentumFactor(al *allocator, c Config, clock *tensor.Dense) schedule {
	s := schedule{value: al.filled(1, float32(c.Momentum))}
	if c.MomentumSteps > 0 {
		s.renew = func(dev kernels.Device) error {
			return kernels.Ramp(dev, s.value, clock, float32(c.Momentum), float32(c.MomentumEnd), c.MomentumSteps)
		}
	}
	return s
}
