// Package optim has the optimizers, one file each, and the schedules of the learning rate and the
// momentum. An optimizer launches kernels and does not wait for them, so that a step can be
// recorded.
//
//	rate, err := optim.Ramp(dev, stepCount, 1e-3, 0, steps)
//	...
//	adam, err := optim.NewAdam(dev, weights, rate, stepCount, 1, optim.AdamConstants{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
//	...
//	weights.StoreGrad(b, seeds)
//	b.Update("adam", func(dev kernels.Device) error { return adam.Update(dev, 0) })
package optim
