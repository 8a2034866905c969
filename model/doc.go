// Package model trains generative adversarial networks: the nets, the losses, the
// optimizers, the training step, its metrics and its checkpoints.
//
// A generator G maps noise z, uniform on [-1,1), to an image G(z) in [0,1]. A discriminator D
// computes the probability that an image is real. They play the game
//
//	min over G, max over D of V(D,G) = E[log D(x)] + E[log(1-D(G(z)))]
//
// (Goodfellow et al., "Generative Adversarial Nets", 2014, equation 1). With the best D, V is
// 2·JSD - log 4. JSD is the Jensen-Shannon divergence between the distributions of real and fake
// images (theorem 1). It is 0 if D can do no better than 1/2.
//
// D's last layer computes a logit, and D(x) = 1/(1+exp(-logit)). The losses are computed from
// logits, so that log 0 cannot occur. With some losses D is a critic: its output is not the logit
// of a probability. The table of losses lists all of them, and each loss has its formula and its
// source where it is defined. Penalties on D's gradient at its inputs can be added to any loss:
//
//	D's objective = loss + r1/2 · mean |∇D(x)|² + r2/2 · mean |∇D(G(z))|²
//
// (Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do actually
// Converge?", 2018, section 4.1).
//
// A Trainer holds the state of a run on a device. Trainer.Run does the steps:
//
//	dev := cpu.New(0)
//	t, err := model.NewTrainer(dev, model.Default(), images)
//	...
//	err = t.Run(ctx, model.RunOptions{Steps: 15000, DisplayEvery: 1000})
//
// All random numbers come from the seed and the step. So the same seed gives the same weights,
// bit for bit, with any number of workers and after a resume at any step.
package model
