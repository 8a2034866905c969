// Package model trains generative adversarial networks: the nets, the losses, the
// optimizers, the training step, its metrics and its checkpoints.
//
// A generator G maps noise z, uniform on [-1,1), to an image G(z) in [0,1]; a
// discriminator D gives the probability that an image is from the data. They play
//
//	min over G, max over D of V(D,G) = E[log D(x)] + E[log(1-D(G(z)))]
//
// (Goodfellow et al., "Generative Adversarial Nets", 2014, equation 1). Against the
// best D, V is 2·JSD - log 4, with JSD the Jensen-Shannon divergence between the
// data and what G draws (theorem 1): it is 0 where D can only answer 1/2.
//
// D's last layer gives a logit, D(x) = 1/(1+exp(-logit)); these losses are computed
// from logits, so that log 0 cannot occur. Of others D is a critic, whose output is no
// probability; the table of losses has them, and each has its formula and its source
// where it is defined. Penalties on D's gradient at its inputs go with any of them:
//
//	D's objective = loss + r1/2 · mean |∇D(x)|² + r2/2 · mean |∇D(G(z))|²
//
// (Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do actually
// Converge?", 2018, section 4.1).
//
// A Trainer holds the state of a run on a device; Run takes it through its steps:
//
//	dev := cpu.New(0)
//	t, err := model.NewTrainer(dev, model.Default(), images)
//	...
//	err = t.Run(ctx, model.RunOptions{Steps: 15000, DisplayEvery: 1000})
//
// All randomness comes from (seed, step), so the same seed gives the same weights,
// bit for bit, with any number of workers and after a resume at any step.
package model
