package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// game is the two nets and the memory of one step of their game. In rows 0 to B-1
// of images lies the batch x, in rows B to 2B-1 what G draws, so that D sees both
// in one pass.
type game struct {
	config     Config
	dev        kernels.Device
	objective  objective
	gen, dis   *net
	optG, optD optimizer
	key, clock *tensor.Dense // seed (2), number of the step under way or last done (1)

	z, images, real *tensor.Dense // (B,noise), (2B,pixels), (B,pixels)
	draw            *pass         // G on z, into images
	both            *pass         // D on images
	fake            *pass         // D on the drawn half alone

	logits, dLogits [2]*tensor.Dense             // (B,1) each: of both, on x and on what is drawn
	stats           *tensor.Dense                // results, see the offsets below
	results         [statsSize / 2]*tensor.Dense // stats in pairs
	batches         batchSource
}

// batchSource writes the nth batch of the step under way.
type batchSource interface {
	batch(dst *tensor.Dense, nth int) error
}

// Where in stats (10) the results lie; each is a mean loss and a mean probability.
const (
	disRealStat  = 0 // D's loss on data, D(x)
	disFakeStat  = 2 // D's loss on drawn images, D(G(z))
	genStat      = 4 // G's loss, D(G(z))
	valueReal    = 6 // -log D(x)
	valueFake    = 8 // -log(1-D(G(z)))
	statsSize    = 10
	trainingSize = 6 // those a training step writes
)

// disTensors numbers D's first tensor among the initial weights; G's begin at 0.
const disTensors = 256

func newGame(dev kernels.Device, c Config) (*game, error) {
	loss, _ := losses.find(c.Loss)
	row, _ := optimizers.find(c.Optimizer)
	g := &game{config: c, dev: dev, objective: loss.value(c)}
	var err error
	alloc := func(dt tensor.Dtype, shape ...int) *tensor.Dense {
		var t *tensor.Dense
		if err == nil {
			t, err = dev.New(dt, shape...)
		}
		return t
	}
	g.key, g.clock = alloc(tensor.Uint32, 2), alloc(tensor.Uint32, 1)
	g.z = alloc(tensor.Float32, c.BatchSize, c.NoiseDim)
	g.images = alloc(tensor.Float32, 2*c.BatchSize, c.Pixels())
	g.stats = alloc(tensor.Float32, statsSize)
	if err != nil {
		return nil, err
	}
	key := kernels.Key(c.Seed)
	if err := dev.Upload(g.key, key[:]); err != nil {
		return nil, err
	}
	if g.gen, err = newNet(dev, generatorShapes(c)); err != nil {
		return nil, err
	}
	if g.dis, err = newNet(dev, discriminatorShapes(c)); err != nil {
		return nil, err
	}
	if g.real, err = dev.View(g.images, 0, c.BatchSize, c.Pixels()); err != nil {
		return nil, err
	}
	drawn, err := dev.View(g.images, c.BatchSize*c.Pixels(), c.BatchSize, c.Pixels())
	if err != nil {
		return nil, err
	}
	if g.draw, err = g.gen.newPass(g.z, drawn); err != nil {
		return nil, err
	}
	if g.both, err = g.dis.newPass(g.images, nil); err != nil {
		return nil, err
	}
	if g.fake, err = g.dis.newPass(drawn, nil); err != nil {
		return nil, err
	}
	if err := g.views(); err != nil {
		return nil, err
	}
	if g.optG, err = row.value.open(c, g.gen, g.clock, 1); err != nil {
		return nil, err
	}
	if g.optD, err = row.value.open(c, g.dis, g.clock, c.DisSteps); err != nil {
		return nil, err
	}
	return g, nil
}

// views names the parts of what is computed as a whole.
func (g *game) views() (err error) {
	for i := range g.results {
		if g.results[i], err = g.dev.View(g.stats, 2*i, 2); err != nil {
			return err
		}
	}
	b := g.config.BatchSize
	for i := range g.logits {
		if g.logits[i], err = g.dev.View(g.both.out(), i*b, b, 1); err != nil {
			return err
		}
		if g.dLogits[i], err = g.dev.View(g.both.dOut(), i*b, b, 1); err != nil {
			return err
		}
	}
	return nil
}

// result is the pair of stats at one of their offsets.
func (g *game) result(at int) *tensor.Dense { return g.results[at/2] }

func (g *game) initialize() error {
	if err := g.gen.initialize(g.config.Seed, 0); err != nil {
		return err
	}
	return g.dis.initialize(g.config.Seed, disTensors)
}

// step is one training step: algorithm 1 of the 2014 paper.
func (g *game) step() error {
	if err := kernels.Tick(g.dev, g.clock); err != nil {
		return err
	}
	if g.config.UpdateOrder == Simultaneous {
		return g.inOrder(func() error { return g.disGradients(0) }, g.genGradients,
			func() error { return g.optD.update(0) }, func() error { return g.optG.update(0) })
	}
	for nth := range g.config.DisSteps {
		if err := g.inOrder(func() error { return g.disGradients(nth) }, func() error { return g.optD.update(nth) }); err != nil {
			return err
		}
	}
	if g.config.FreshNoise || g.config.DisSteps > 1 {
		if err := g.inOrder(func() error { return kernels.NewNoise(g.dev, g.z, g.key, g.clock, kernels.GenNoise) }, g.draw.forward); err != nil {
			return err
		}
	}
	return g.inOrder(g.genGradients, func() error { return g.optG.update(0) })
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
		func() error {
			return kernels.NewNoise(g.dev, g.z, g.key, g.clock, kernels.DisNoise+kernels.Purpose(nth))
		},
		g.draw.forward,
		func() error { return g.batches.batch(g.real, nth) },
		g.both.forward,
		g.disLoss,
		g.both.backwardParams)
}

// genGradients takes G's loss on the last noise, against D as it is, to G's
// gradients.
func (g *game) genGradients() error {
	return g.inOrder(
		g.fake.forward,
		func() error { return g.genLoss(g.fake.out(), g.fake.dOut()) },
		func() error { return g.fake.backwardInput(g.draw.dOut()) },
		g.draw.backwardParams)
}

// measure evaluates both losses, and the game's value, with the weights as they are
// on the batch and the noise of the last step.
func (g *game) measure() error {
	return g.inOrder(g.draw.forward, g.both.forward,
		func() error {
			return kernels.BCELogits(g.dev, g.result(valueReal), g.dLogits[0], g.logits[0], 1, 1)
		},
		func() error {
			return kernels.BCELogits(g.dev, g.result(valueFake), g.dLogits[1], g.logits[1], 0, 1)
		},
		g.disLoss,
		func() error { return g.genLoss(g.logits[1], g.dLogits[1]) })
}

func (g *game) disLoss() error {
	return g.objective.discriminator(g.dev, [2]*tensor.Dense{g.result(disRealStat), g.result(disFakeStat)},
		g.dLogits[0], g.dLogits[1], g.logits[0], g.logits[1])
}

func (g *game) genLoss(logits, dlogits *tensor.Dense) error {
	return g.objective.generator(g.dev, g.result(genStat), dlogits, logits)
}
