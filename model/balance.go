package model

import (
	"math"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// The loss began has a number k, which begins at 0. D's loss takes the errors on fake images times k, and each step
// moves k at its end:
//
//	k = min(1, max(0, k + k_rate·(gamma·r - f)))
//
// r is the mean error on real images in the last update of D, and f that on fake images in the update of G. Where D makes
// real images again much better than fake ones, k falls, and D learns to make real ones again. Otherwise k grows, and D learns to tell them
// apart. So f/r comes to gamma: Berthelot et al. 2017, section 3.4. k is in device memory, so that a recorded step moves it.

// balanceName is k's name in a checkpoint.
const balanceName = "began.k"

// balanced returns D's outputs on fake images as its loss takes them: times k if there is one.
func (g *game) balanced(b *graph.Builder, fake *graph.Value) *graph.Value {
	if g.balance == nil {
		return fake
	}
	k := b.Reshape(b.Leaf(balanceName, g.balance), 1, 1)
	return b.MatMul(fake, k, false, false)
}

// rebalance moves k, at the end of a step.
func (g *game) rebalance(dev kernels.Device) error {
	return kernels.Balance(dev, g.balance, g.result(disRealStat), g.result(genStat), float32(g.config.Gamma), float32(g.config.KRate))
}

// readBalance returns k, or 0 if there is none.
func (g *game) readBalance() (float64, error) {
	if g.balance == nil {
		return 0, nil
	}
	k := make([]float32, 1)
	err := g.dev.Download(k, g.balance)
	return float64(k[0]), err
}

// convergence returns the global measure M of section 3.4.1 for the mean errors r and f on real and fake images. It falls as
// the errors fall and come to the ratio gamma.
func convergence(r, f, gamma float64) float64 { return r + math.Abs(gamma*r-f) }
