package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// game is the two nets and the memory of one step of their game.
type game struct {
	config     Config
	dev        kernels.Device
	loss       loss
	objective  objective
	gen        *net
	dis        *discriminator
	average    *average // of G's parameters, nil for none
	optG, optD optimizer
	key, clock *tensor.Dense // seed (2), number of the step under way or last done (1)

	z       *tensor.Dense // (B, noise)
	draw    *pass         // G on z, into what D is shown
	dDrawn  *tensor.Dense // the gradient at G(z), in the shape of D's input
	learned *tensor.Dense // D's gradients and values, then G's
	stats   *tensor.Dense // results, see the offsets below
	results [statsSize / 2]*tensor.Dense
	batches batchSource
}

// batchSource writes the nth batch of the step under way, and the labels of the last
// it wrote.
type batchSource interface {
	batch(dst *tensor.Dense, nth int) error
	labels(dst *tensor.Dense, nth int) error
}

// Where in stats the results lie, in pairs.
const (
	disRealStat  = 0  // D's loss on data, and D(x) as the loss has it
	disFakeStat  = 2  // D's loss on drawn images, D(G(z))
	pointStat    = 4  // the loss's own penalty, the mean norm of the gradient
	r1Stat       = 6  // the same for R1
	r2Stat       = 8  // and for R2
	genStat      = 10 // G's loss, D(G(z))
	judgedReal   = 12 // -mean log D(x) and mean D(x); of a critic 0 and its mean output
	judgedFake   = 14 // -mean log(1-D(G(z))) and mean D(G(z)); of a critic the same
	statsSize    = 16
	trainingSize = 12 // those a training step writes
)

// disTensors numbers D's first tensor among the initial weights; G's begin at 0.
const disTensors = 256

func newGame(dev kernels.Device, c Config) (*game, error) {
	loss, _ := losses.find(c.Loss)
	g := &game{config: c, dev: dev, loss: loss.value, objective: loss.value.objective(c)}
	al := &allocator{dev: dev}
	var dis *net
	g.learned, dis, g.gen = newPair(al, discriminatorShapes(c), generatorShapes(c))
	g.key, g.clock, g.stats = al.words(2), al.words(1), al.floats(statsSize)
	key := kernels.Key(c.Seed)
	al.upload(g.key, key[:])
	for i := range g.results {
		g.results[i] = al.view(g.stats, 2*i, 2)
	}
	g.dis = newDiscriminator(al, c, loss.value, dis, g.key, g.clock, g.results[:])
	g.z = al.floats(c.BatchSize, c.NoiseDim)
	g.draw = g.gen.newMemory(al, g.z, g.dis.drawn, c.BatchSize, nil, g.dis.labels).pass(al, 0, c.BatchSize, 0)
	if al.err != nil {
		return nil, al.err
	}
	g.dDrawn = al.view(g.draw.dOut(), 0, c.BatchSize/c.Pack, c.Pack*c.Pixels())
	method, _ := optimizers.find(c.Optimizer)
	g.optG = method.value.open(al, c, g.gen, g.clock, 1)
	g.optD = method.value.open(al, c.ofDiscriminator(), dis, g.clock, c.DisSteps)
	if al.err == nil && c.EMA > 0 {
		g.average, al.err = newAverage(g.gen, g.clock, c.EMA)
	}
	return g, al.err
}

// result is the pair of stats at one of their offsets.
func (g *game) result(at int) *tensor.Dense { return g.results[at/2] }

// initialize gives both nets their first weights. outputBias (pixels) is that of G's
// last layer, nil for zeros.
func (g *game) initialize(outputBias []float32) error {
	if err := g.gen.initialize(g.config.Seed, 0); err != nil {
		return err
	}
	if outputBias != nil {
		if err := g.dev.Upload(g.gen.layers[len(g.gen.layers)-1].bias.value, outputBias); err != nil {
			return err
		}
	}
	if err := g.dis.net.initialize(g.config.Seed, disTensors); err != nil {
		return err
	}
	return g.average.start()
}

// drawing is the net that images are drawn with.
func (g *game) drawing() *net {
	if g.average != nil {
		return g.average.net
	}
	return g.gen
}

// step is one training step: algorithm 1 of the 2014 paper.
func (g *game) step() error {
	if err := kernels.Tick(g.dev, g.clock); err != nil {
		return err
	}
	if g.config.UpdateOrder == Simultaneous {
		return g.inOrder(func() error { return g.disGradients(0) }, g.genGradients,
			func() error { return g.disUpdate(0) }, g.genUpdate)
	}
	for nth := range g.config.DisSteps {
		if err := g.inOrder(func() error { return g.disGradients(nth) }, func() error { return g.disUpdate(nth) }); err != nil {
			return err
		}
	}
	if g.config.FreshNoise || g.config.DisSteps > 1 {
		if err := g.inOrder(func() error { return g.noise(kernels.GenNoise) }, g.draw.forward); err != nil {
			return err
		}
	}
	return g.inOrder(g.genGradients, g.genUpdate)
}

func (g *game) inOrder(parts ...func() error) error {
	for _, part := range parts {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// disGradients draws the nth batch and noise, and takes D's loss to D's gradients.
func (g *game) disGradients(nth int) error {
	return g.inOrder(
		func() error { return g.batch(nth) },
		func() error { return g.noise(kernels.DisNoise + kernels.Purpose(nth)) },
		g.draw.forward,
		func() error { return g.dis.see(g.dis.learning, kernels.Purpose(nth)) },
		g.disLoss,
		g.dis.learn)
}

// genGradients takes G's loss on the last noise, against D as it is, to G's
// gradients.
func (g *game) genGradients() error {
	return g.inOrder(
		func() error { return g.dis.see(g.dis.judging, genStage) },
		g.genLoss,
		func() error { return g.dis.teach(g.dDrawn) },
		func() error { return g.draw.backward(true) },
		g.draw.weightGradients)
}

func (g *game) disUpdate(nth int) error {
	if err := g.optD.update(nth); err != nil || !g.loss.clips {
		return err
	}
	return kernels.Clip(g.dev, g.dis.net.values, float32(g.config.WeightClip))
}

func (g *game) genUpdate() error {
	if err := g.optG.update(0); err != nil {
		return err
	}
	return g.average.update()
}

func (g *game) noise(purpose kernels.Purpose) error {
	return kernels.NewNoise(g.dev, g.z, g.key, g.clock, purpose)
}

// batch draws the nth batch of the step. What G draws beside it has its labels.
func (g *game) batch(nth int) error {
	if err := g.batches.batch(g.dis.real, nth); err != nil || g.dis.labels == nil {
		return err
	}
	return g.dis.labels.write(func(dst *tensor.Dense) error { return g.batches.labels(dst, nth) })
}

// measure evaluates both losses, and what D makes of the images, with the weights as
// they are on the batch and the noise of the last step.
func (g *game) measure() error {
	last := kernels.Purpose(g.config.DisSteps - 1)
	return g.inOrder(g.draw.forward,
		func() error { return g.dis.see(g.dis.learning, last) },
		func() error { return g.judge(judgedReal, 0, 1) },
		func() error { return g.judge(judgedFake, 1, 0) },
		g.disLoss,
		g.dis.measurePenalties,
		g.genLoss)
}

// judge notes what D makes of the data, or of the drawn images.
func (g *game) judge(at, half int, target float32) error {
	if g.loss.critic {
		return kernels.Wasserstein(g.dev, g.result(at), g.dis.dLogits[half], g.dis.logits[half], 0)
	}
	return kernels.BCELogits(g.dev, g.result(at), g.dis.dLogits[half], g.dis.logits[half], target, 1)
}

func (g *game) disLoss() error {
	return g.objective.discriminator(g.dev, [2]*tensor.Dense{g.result(disRealStat), g.result(disFakeStat)}, g.dis.dLogits, g.dis.logits)
}

func (g *game) genLoss() error {
	return g.objective.generator(g.dev, g.result(genStat), g.dis.dLogits, g.dis.logits)
}
