package model

import "gorgan/model/graph"

// This file has the losses whose D is an autoencoder. r and f are its reconstruction errors on real and fake images.

// energy is the loss of Zhao et al., "Energy-based Generative Adversarial Networks" (2017), section 2.2, with the
// margin m:
//
//	D: mean r + mean max(0, m-f)
//	G: mean f
//
// G's loss can have the pull-away term besides.
type energy struct{ margin float32 }

func (e energy) discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value {
	n := fake.Rows()
	short := b.BiasReLU(b.Mul(fake, b.Ones(n, 1), -1/e.margin), b.Ones(1), 0) // max(0, 1-f/m)
	return []*graph.Value{b.Mean(real, 1), b.Mean(short, e.margin)}
}

func (energy) generator(b *graph.Builder, _, fake *graph.Value) *graph.Value { return b.Mean(fake, 1) }

// equilibrium is the loss of Berthelot et al., "BEGAN: Boundary Equilibrium Generative Adversarial Networks" (2017),
// section 3.4. The fake images' errors that D's loss gets are already multiplied by k:
//
//	D: mean r - mean k·f
//	G: mean f
type equilibrium struct{}

func (equilibrium) discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value {
	return []*graph.Value{b.Mean(real, 1), b.Mean(fake, -1)}
}

func (equilibrium) generator(b *graph.Builder, _, fake *graph.Value) *graph.Value {
	return b.Mean(fake, 1)
}
