package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// objective is a GAN's pair of losses on logits, each a mean over the batch.
type objective interface {
	// discriminator writes the two parts of D's loss, on data and on generated
	// images, to the first value of each of stats, and the gradients to dReal and
	// dFake.
	discriminator(dev kernels.Device, stats [2]*tensor.Dense, dReal, dFake, real, fake *tensor.Dense) error
	// generator writes G's loss to the first value of stats and its gradient to dFake.
	generator(dev kernels.Device, stats, dFake, fake *tensor.Dense) error
}

// losses is the table that flags, help, errors and tests range over. With r and f
// the logits of real and generated images and softplus(x) = log(1+exp(x)),
// log D(x) = -softplus(-r) and log(1-D(G(z))) = -softplus(f).
var losses = table[func(Config) objective]{
	{"non-saturating", "-log D(G(z)): the tutorial's first, and section 3 of the 2014 paper",
		func(Config) objective { return crossEntropy{realTarget: 1, genTarget: 1, genWeight: 1} }},
	{"minimax", "log(1-D(G(z))): the tutorial's second, and equation 1 of the 2014 paper",
		func(Config) objective { return crossEntropy{realTarget: 1, genTarget: 0, genWeight: -1} }},
	{"bce", "sigmoid cross-entropy with labels: the tutorial's third, takes label smoothing",
		func(c Config) objective {
			return crossEntropy{realTarget: float32(1 - c.LabelSmoothing), genTarget: 1, genWeight: 1}
		}},
}

// Losses returns the names Config.Loss takes.
func Losses() []string { return losses.names() }

// LossSummary says in a line what the loss of that name is.
func LossSummary(name string) string {
	l, _ := losses.find(name)
	return l.summary
}

// crossEntropy is the family of the 2014 paper. With H(t,x) = softplus(x) - t·x, the
// cross-entropy of target t and logit x,
//
//	D: mean H(realTarget, r) + mean H(0, f)
//	G: genWeight · mean H(genTarget, f)
//
// non-saturating: H(1,f) = softplus(-f) = -log D(G(z)), whose gradient does not
// vanish where D is sure. minimax: -H(0,f) = -softplus(f) = log(1-D(G(z))).
// A realTarget below 1 is one-sided label smoothing (Salimans et al. 2016,
// section 3.4).
type crossEntropy struct{ realTarget, genTarget, genWeight float32 }

func (c crossEntropy) discriminator(dev kernels.Device, stats [2]*tensor.Dense, dReal, dFake, real, fake *tensor.Dense) error {
	if err := kernels.BCELogits(dev, stats[0], dReal, real, c.realTarget, 1); err != nil {
		return err
	}
	return kernels.BCELogits(dev, stats[1], dFake, fake, 0, 1)
}

func (c crossEntropy) generator(dev kernels.Device, stats, dFake, fake *tensor.Dense) error {
	return kernels.BCELogits(dev, stats, dFake, fake, c.genTarget, c.genWeight)
}
