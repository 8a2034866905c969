package model

import "gorgan/model/graph"

// This file has the losses whose D is a critic: D's output is a number, not the logit of a
// probability. r and f are D's outputs on real and fake images.

// leastSquares is LSGAN with the targets a = 0, b = c = 1 of Mao et al., "Least Squares
// Generative Adversarial Networks" (2017), equation 9:
//
//	D: mean (r-1)²/2 + mean f²/2
//	G: mean (f-1)²/2
type leastSquares struct{}

func (leastSquares) discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value {
	return []*graph.Value{b.LeastSquares(real, 1, 0.5), b.LeastSquares(fake, 0, 0.5)}
}

func (leastSquares) generator(b *graph.Builder, _, fake *graph.Value) *graph.Value {
	return b.LeastSquares(fake, 1, 0.5)
}

// wasserstein is the estimate of the earth mover's distance of Arjovsky, Chintala and
// Bottou, "Wasserstein GAN" (2017), algorithm 1:
//
//	D: -mean r + mean f
//	G: -mean f
//
// wgan clips D's parameters to [-weight_clip, weight_clip] after each update of D. wgan-gp has
// a penalty instead: gp_weight · mean (|∇D(x̂)|-1)² at points x̂ = e·x + (1-e)·G(z), with e
// uniform on [0,1): Gulrajani et al., "Improved Training of Wasserstein GANs" (2017), section 4.
type wasserstein struct{}

func (wasserstein) discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value {
	return []*graph.Value{b.Mean(real, -1), b.Mean(fake, 1)}
}

func (wasserstein) generator(b *graph.Builder, _, fake *graph.Value) *graph.Value {
	return b.Mean(fake, -1)
}

// hinge is the loss of Lim and Ye, "Geometric GAN" (2017):
//
//	D: mean max(0, 1-r) + mean max(0, 1+f)
//	G: -mean f
type hinge struct{}

func (hinge) discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value {
	return []*graph.Value{b.Hinge(real, 1), b.Hinge(fake, -1)}
}

func (hinge) generator(b *graph.Builder, _, fake *graph.Value) *graph.Value {
	return b.Mean(fake, -1)
}

// relativistic is the pairing loss RpGAN. It pairs each real image with a fake one:
//
//	D: mean softplus(-(r-f))
//	G: mean softplus(-(f-r))
//
// Jolicoeur-Martineau, "The relativistic discriminator: a key element missing from
// standard GAN" (2019), section 4.1. With R1 and R2 it is the loss of Huang et al., "The
// GAN is dead; long live the GAN! A modern GAN baseline" (2024), section 2. G's part is
// that of their program.
type relativistic struct{}

func (relativistic) discriminator(b *graph.Builder, real, fake *graph.Value) []*graph.Value {
	return []*graph.Value{b.Pairing(real, fake)}
}

func (relativistic) generator(b *graph.Builder, real, fake *graph.Value) *graph.Value {
	return b.Pairing(fake, real)
}
