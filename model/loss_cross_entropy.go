package model

import "gorgan/model/graph"

// crossEntropy is the family of the 2014 paper. With H(t,x) = softplus(x) - t·x, the
// cross-entropy of target t and logit x,
//
//	D: mean H(realTarget, r) + mean H(0, f)
//	G: genWeight · mean H(genTarget, f)
//
// non-saturating: H(1,f) = softplus(-f) = -log D(G(z)), whose gradient does not
// vanish where D is sure. minimax: -H(0,f) = -softplus(f) = log(1-D(G(z))).
// A realTarget below 1 is one-sided label smoothing: Salimans et al., "Improved
// techniques for training GANs" (2016), section 3.4.
//
// dragan is the first with a penalty, gp_weight · mean (|∇D(x̂)|-1)², at points x̂ = x +
// std(x)/2·u about the data, u uniform on [0,1) in each pixel: Kodali et al., "On
// Convergence and Stability of GANs" (2017). The noise in their paper is normal; their
// program goes a part of this way, x + e·std(x)/2·u, e uniform on [0,1) for each image.
type crossEntropy struct{ realTarget, genTarget, genWeight float32 }

func (c crossEntropy) discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value {
	return []*graph.Value{b.BCELogits(real, c.realTarget, 1), b.BCELogits(fake, 0, 1)}
}

func (c crossEntropy) generator(b *graph.Builder, _, fake *graph.Value) *graph.Value {
	return b.BCELogits(fake, c.genTarget, c.genWeight)
}
