package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// unfused is a device that computes the loss as the tutorial's program does: first probabilities,
// then a kernel for each formula. It exists to be compared with kernels.BCELogits. Its logarithm
// overflows if D is sure.
type unfused struct {
	kernels.Device
	p, dp *tensor.Dense // (B)
}

func newUnfused(dev kernels.Device, batch int) (*unfused, error) {
	u := &unfused{Device: dev}
	var err error
	if u.p, err = dev.New(tensor.Float32, batch); err != nil {
		return nil, err
	}
	u.dp, err = dev.New(tensor.Float32, batch)
	return u, err
}

func (u *unfused) Launch(k *kernels.Kernel, a kernels.Args) error {
	if k.Name != "bce_logits" {
		return u.Device.Launch(k, a)
	}
	stats, dlogits, logits := a.Tensors[0], a.Tensors[1], a.Tensors[2]
	target, weight := a.Scalars[0], a.Scalars[1]
	if err := kernels.Sigmoid(u.Device, u.p, logits); err != nil {
		return err
	}
	if err := kernels.LogLoss(u.Device, stats, u.p, target, weight); err != nil {
		return err
	}
	if err := kernels.LogLossGrad(u.Device, u.dp, u.p, target, weight); err != nil {
		return err
	}
	return kernels.SigmoidBack(u.Device, dlogits, u.dp, u.p)
}
