package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
	"gorgan/model/optim"
)

// game is the two nets and all else that a training step changes.
type game struct {
	config     Config
	dev        kernels.Device
	loss       loss
	objective  objective
	gen, dis   *nn.Weights
	average    *average // of G's parameters, nil for none
	optG, optD optim.Optimizer
	seed       *tensor.Dense // (2)
	stepCount  *tensor.Dense // (1), the number of the step under way or last done
	next       *tensor.Dense // (1), the number of the next step, or of the one under way: see step
	balance    *tensor.Dense // (1), k of the loss began, nil for other losses
	arena      *tensor.Dense // D's gradients and values, then G's
	stats      *tensor.Dense // results, see the offsets below
	results    [statsSize / 2]*tensor.Dense
	batches    batchSource

	shards               []*shard  // of this rank
	genShards, disShards nn.Shards // gen and dis for each of these
	// The means over the shards of all ranks, nil where there is a single shard: of G's gradients, of D's, and of the stats.
	genMean, disMean, statsMean *shardMean
}

// batchSource appends the data of a step to a graph.
type batchSource interface {
	// index appends the numbers of the images of this rank's shards, in the nth batch of the step that random names.
	index(b *graph.Builder, random graph.Random, nth int) *graph.Value
	// batch appends the images (n, Config.Values()) of some of these numbers, and the given number of copies of their
	// labels (n).
	batch(b *graph.Builder, index *graph.Value, copies int) (images *graph.Value, labels []*graph.Value)
}

// The offsets of the results in stats. Each result is a pair.
const (
	disRealStat  = 0  // D's loss on real images, and the D(x) that the loss computes
	disFakeStat  = 2  // D's loss on fake images, and D(G(z))
	pointStat    = 4  // the penalty at the penalty points, and the mean norm of the gradient
	r1Stat       = 6  // the same for R1
	r2Stat       = 8  // and for R2
	genStat      = 10 // G's loss, and D(G(z))
	measuredReal = 12 // -mean log D(x) and mean D(x); for a critic 0 and its mean output
	measuredFake = 14 // -mean log(1-D(G(z))) and mean D(G(z)); for a critic 0 and its mean output
	pullStat     = 16 // the pull-away term in G's loss
	trainingSize = 12 // the results before this offset are scanned for NaNs in each training step, and those of the heads

	disHeadStat   = 18 // from here on results of D's heads, in D's loss
	classRealStat = 18 // the loss of D's classes on real images, and the share that it finds
	classFakeStat = 20 // the same on fake images
	codeClassStat = 22 // the loss of the categorical code, and the share that D finds
	codeValueStat = 24 // the loss of the continuous codes
	genHeadStat   = 26 // from here on results of D's heads, in G's loss
	genClassStat  = 26 // the loss of D's classes on fake images
	genCodeStat   = 28 // the losses of the codes, as from codeClassStat on
	statsSize     = 32
	statsWidth    = MaxShards // elements of stats: a multiple of the number of ranks
)

// disTensors is the number of D's first tensor among the initial weights. G's first is 0.
const disTensors = 256

func newGame(dev kernels.Device, c Config) (*game, error) {
	loss, _ := losses.find(c.Loss)
	g := &game{config: c, dev: dev, loss: loss.value, objective: loss.value.objective(c)}
	al := &allocator{dev: dev}
	g.seed, g.stepCount, g.next, g.stats = al.words(2), al.words(1), al.words(1), al.floats(statsWidth)
	seed := kernels.Key(c.Seed)
	al.upload(g.seed, seed[:])
	al.upload(g.next, []uint32{1})
	for i := range g.results {
		g.results[i] = al.view(g.stats, 2*i, 2)
	}
	if g.loss.balances {
		g.balance = al.floats(1) // k begins at 0
	}
	gen, dis := c.mustNets()
	n, m := dis.Size(), gen.Size()
	g.arena = al.floats(2 * (n + m))
	g.dis = al.weights(dis.Net, al.view(g.arena, n, n), al.view(g.arena, 0, n))
	g.gen = al.weights(gen.Net, al.view(g.arena, 2*n+m, m), al.view(g.arena, 2*n, m))
	if al.err != nil {
		return nil, al.err
	}
	if err := g.addShards(al); err != nil {
		return nil, err
	}
	kind, _ := optimizers.find(c.Optimizer)
	var err error
	if g.optG, err = kind.value.open(dev, c, g.gen, g.next, 1); err != nil {
		return nil, err
	}
	if g.optD, err = kind.value.open(dev, c.ofDiscriminator(), g.dis, g.next, c.DisSteps); err != nil {
		return nil, err
	}
	if c.EMA > 0 {
		g.average, err = newAverage(dev, g.gen, g.stepCount, c.EMA)
	}
	return g, err
}

// result returns the pair (2) of stats at one of the offsets.
func (g *game) result(at int) *tensor.Dense { return g.results[at/2] }

// initialize gives both nets their first weights. outputBias (Config.Values()) is the bias of G's
// last layer, or nil for zeros.
func (g *game) initialize(outputBias []float32) error {
	c := g.config
	if err := g.gen.Initialize(c.Seed, 0, c.GenInitScale); err != nil {
		return err
	}
	if outputBias != nil {
		if err := g.dev.Upload(g.gen.OutputBias(), outputBias); err != nil {
			return err
		}
	}
	if err := g.dis.Initialize(c.Seed, disTensors, c.DisInitScale); err != nil {
		return err
	}
	return g.average.start(g.dev)
}

// sampling returns the weights that samples come from: the average if there is one, else G's.
func (g *game) sampling() *nn.Weights {
	if g.average != nil {
		return g.average.net
	}
	return g.gen
}
