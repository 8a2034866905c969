package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
	"gorgan/model/streams"
)

// step is one training step: algorithm 1 of the 2014 paper.
//
// The step has its number in two places. What it draws first, and the learning rates, take it from
// next, which is right before the step begins. So they need not wait for a launch that counts. All
// else takes it from stepCount.
func (g *game) step(b *graph.Builder) {
	b.Update("begin", func(dev kernels.Device) error { return kernels.CopyWords(dev, g.stepCount, g.next) })
	g.updates(b)
	b.Update("tick", func(dev kernels.Device) error { return kernels.Tick(dev, g.next) })
}

// updates are the updates of both nets in a step.
func (g *game) updates(b *graph.Builder) {
	c := g.config
	if c.UpdateOrder == Simultaneous {
		turns := g.turns(b, g.next, 0)
		d := g.disGradients(b, turns)
		g.genGradients(b, turns)
		g.disUpdate(b, d, 0)
		g.genUpdate(b, turns)
		return
	}
	var turns []turn
	for nth := range c.DisSteps {
		turns = g.turns(b, g.next, nth)
		g.disUpdate(b, g.disGradients(b, turns), nth)
	}
	g.refresh(b, turns)
	g.genGradients(b, turns)
	g.genUpdate(b, turns)
}

// refresh replaces the fake images of the turns by images of new noise, if G's update has noise of its own.
func (g *game) refresh(b *graph.Builder, turns []turn) {
	if g.config.FreshNoise || g.config.DisSteps > 1 {
		g.fakes(b, turns, streams.GenNoise, genStage)
	}
}

// turn is the data of one turn of D, for one shard. B is the number of images of a shard.
type turn struct {
	shard      *shard
	nth        int           // number of the turn in the step, from 0
	number     *tensor.Dense // (1), the number of the step
	real, fake *graph.Value  // (B, values)
	z          *graph.Value  // (B, InputDim)
	code       codes         // in z
	// labels (groups·B) are the labels of D's images, group by group, and begin with those of the batch.
	// oneHot (groups·B, classes) are the same as vectors. Both have the batch alone, or are nil, if D does not get them.
	labels, oneHot *graph.Value
	class          *graph.Value // (B, classes), the labels of the batch as vectors, if D is asked for them
	moves          []nn.Move    // of G's parameters that are not learned, from the first shard, whose are those of all
}

// turns appends the nth batch of the step of a number (1), and as many fake images from noise of their own. It returns a
// turn for each shard of this rank.
func (g *game) turns(b *graph.Builder, number *tensor.Dense, nth int) []turn {
	copies := 0
	switch c := g.config; {
	case c.classifies():
		copies = 1
	case c.Classes > 0:
		copies = groupsOf(c, g.loss).all
	}
	index := g.batches.index(b, g.random(b, number, 0), nth)
	turns := make([]turn, len(g.shards))
	for i, s := range g.shards {
		t := turn{shard: s, nth: nth, number: number}
		n := index.Rows() / len(turns)
		var labels []*graph.Value
		if t.real, labels = g.batches.batch(b, b.Rows(index, i*n, n), copies); labels != nil {
			t.labels = b.Join(labels...)
		}
		switch c := g.config; {
		case c.classifies():
			t.class = b.OneHot(t.labels, c.Classes)
		case c.Classes > 0 && c.Pack > 1:
			t.oneHot = b.OneHot(t.labels, c.Classes)
		}
		turns[i] = t
	}
	g.fakes(b, turns, streams.DisNoise+kernels.Stream(nth), kernels.Stream(nth))
	return turns
}

// fakes appends G's images for noise from a stream, the codes of a stage and the labels of the turns' batch. It sets fake,
// z, code and moves of each turn.
func (g *game) fakes(b *graph.Builder, turns []turn, stream, stage kernels.Stream) {
	c, n := g.config, g.config.shardSize()
	z := b.Uniform(g.random(b, turns[0].number, stream), c.BatchSize, c.NoiseDim)
	code := g.drawCodes(b, turns[0].number, stage)
	if c.codeDim() > 0 {
		z = code.beside(b, z)
	}
	passes, zs := make([]*nn.Pass, len(turns)), make([]*graph.Value, len(turns))
	for i := range turns {
		t := &turns[i]
		first := t.shard.number * n
		t.z, t.code, t.moves = b.Rows(z, first, n), code.rows(b, first, n), nil
		zs[i], passes[i] = t.z, &nn.Pass{Builder: b, BatchRows: n, Shards: c.Shards}
		if t.labels != nil {
			passes[i].Labels = b.Rows(t.labels, 0, n)
		}
	}
	passes[0].Moves = func(m nn.Move) { turns[0].moves = append(turns[0].moves, m) }
	for i, outputs := range g.genShards.Outputs(passes, zs) {
		turns[i].fake = outputs[len(outputs)-1]
	}
}

// disForward is a forward of D on groups of images, for one shard.
type disForward struct {
	groups    groups
	x, logits *graph.Value // D's input (rows, pack·values), and its logits (rows, 1)
	output    *graph.Value // (rows, 1 and more): the logits, and what D makes beside them
	codes     *graph.Value // (rows, values of a code) of an autoencoder
	first     int          // the group of the first rows
	moves     []nn.Move    // of D's parameters that are not learned, from the first shard, whose are those of all
}

func (d disForward) of(b *graph.Builder, group int) *graph.Value {
	return d.groups.of(b, d.logits, group, d.first)
}

// forwardForDis applies D to the images that D learns from: real and fake ones, and the points of the
// loss's own penalty.
func (g *game) forwardForDis(b *graph.Builder, turns []turn) []disForward {
	all := make([]disForward, len(turns))
	stage := kernels.Stream(turns[0].nth)
	for i, t := range turns {
		d := disForward{groups: groupsOf(g.config, g.loss)}
		d.x = t.shard.input(b, d.groups.images(b, t.real, t.fake), stage)
		all[i] = d
	}
	if all[0].groups.points > 0 {
		g.addPoints(b, all, stage)
	}
	g.apply(b, turns, all, stage)
	return all
}

// forwardForGen applies D to the images that G learns from: fake ones, and also real ones if the
// loss compares the two.
func (g *game) forwardForGen(b *graph.Builder, turns []turn) []disForward {
	all := make([]disForward, len(turns))
	for i, t := range turns {
		d := disForward{groups: groupsOf(g.config, g.loss)}
		images := t.fake
		d.first = d.groups.fake
		if g.loss.paired {
			images = d.groups.images(b, t.real, t.fake)
			d.first = d.groups.points
		}
		d.x = t.shard.input(b, images, genStage)
		all[i] = d
	}
	g.apply(b, turns, all, genStage)
	return all
}

// input returns D's input (n/pack, pack·values) for images (n, values). It augments the images and
// adds instance noise to them.
func (s *shard) input(b *graph.Builder, images *graph.Value, stage kernels.Stream) *graph.Value {
	c := s.config
	images = s.augmented(b, images, stage)
	if c.InstanceNoise > 0 {
		r := s.random(b, streams.InstanceNoise+stage, images.Rows())
		images = b.AddNoise(images, r, float32(c.InstanceNoise), c.InstanceNoiseSteps)
	}
	return b.Reshape(images, images.Rows()/c.Pack, c.Pack*c.Values())
}

// apply applies D to the x of each forward, whose first rows are those of its first group. It sets output, logits,
// codes and moves.
func (g *game) apply(b *graph.Builder, turns []turn, all []disForward, stage kernels.Stream) {
	c := g.config
	n := c.shardSize()
	passes, xs := make([]*nn.Pass, len(turns)), make([]*graph.Value, len(turns))
	for i, t := range turns {
		d := all[i]
		pass := &nn.Pass{Builder: b, Random: t.shard.random(b, stage, d.groups.all*d.groups.rows), BatchRows: d.groups.rows, Shards: c.Shards}
		pass.Random.First += d.first * d.groups.rows
		images := d.x.Rows() * c.Pack
		if t.labels != nil && t.class == nil {
			pass.Labels = b.Rows(t.labels, d.first*n, images)
		}
		if t.oneHot != nil {
			pass.OneHot = b.Rows(t.oneHot, d.first*n, images)
		}
		passes[i], xs[i] = pass, d.x
	}
	passes[0].Moves = func(m nn.Move) { all[0].moves = append(all[0].moves, m) }
	for i, outputs := range g.disShards.Outputs(passes, xs) {
		d := &all[i]
		d.output = outputs[len(outputs)-1]
		if g.loss.autoencodes {
			d.codes = codeOf(g.dis.Net, outputs)
			d.output = reconstructionError(b, d.x, d.output)
		}
		d.logits = d.output
		if d.output.Cols() > 1 {
			d.logits = b.TakeColumns(d.output, 0, 1)
		}
	}
}

// part returns a part of a loss as a seed of gradients. It stores its value in the shard's stats.
func (s *shard) part(b *graph.Builder, loss *graph.Value, stat int) graph.Seed {
	b.Store(loss, s.result(stat))
	return graph.Seed{Of: loss}
}

// disLoss returns the parts of D's loss, including penalties and those of its heads. It stores their values
// in the shard's stats.
func (s *shard) disLoss(b *graph.Builder, t turn, d disForward) (seeds []graph.Seed) {
	for i, part := range s.objective.discriminator(b, d.of(b, d.groups.real), s.balanced(b, d.of(b, d.groups.fake))) {
		seeds = append(seeds, s.part(b, part, []int{disRealStat, disFakeStat}[i]))
	}
	for _, penalty := range s.penalties(b, d) {
		seeds = append(seeds, graph.Seed{Of: penalty})
	}
	return append(seeds, s.disHeads(b, t, d)...)
}

// genLoss returns the parts of G's loss. It stores their values in the shard's stats.
func (s *shard) genLoss(b *graph.Builder, t turn, d disForward) []graph.Seed {
	var real *graph.Value
	if s.loss.paired {
		real = d.of(b, d.groups.real)
	}
	seeds := []graph.Seed{s.part(b, s.objective.generator(b, real, d.of(b, d.groups.fake)), genStat)}
	if s.config.PullAway > 0 {
		term := pullAway(b, d.groups.of(b, d.codes, d.groups.fake, d.first), s.config.PullAway)
		seeds = append(seeds, s.part(b, term, pullStat))
	}
	return append(seeds, s.genHeads(b, t, d)...)
}

// disLosses returns the parts of D's loss in all shards.
func (g *game) disLosses(b *graph.Builder, turns []turn, all []disForward) (seeds []graph.Seed) {
	for i, t := range turns {
		seeds = append(seeds, t.shard.disLoss(b, t, all[i])...)
	}
	return seeds
}

// genLosses returns the parts of G's loss in all shards.
func (g *game) genLosses(b *graph.Builder, turns []turn, all []disForward) (seeds []graph.Seed) {
	for i, t := range turns {
		seeds = append(seeds, t.shard.genLoss(b, t, all[i])...)
	}
	return seeds
}

// disGradients computes D's gradients. It returns its forwards.
func (g *game) disGradients(b *graph.Builder, turns []turn) []disForward {
	all := g.forwardForDis(b, turns)
	g.disShards.StoreGrad(b, g.disLosses(b, turns, all))
	g.disMean.append(b)
	return all
}

// genGradients computes G's gradients.
func (g *game) genGradients(b *graph.Builder, turns []turn) {
	all := g.forwardForGen(b, turns)
	g.genShards.StoreGrad(b, g.genLosses(b, turns, all))
	g.genMean.append(b)
	g.statsMean.append(b)
}

// disUpdate is the update of D after a turn, whose forwards all are.
func (g *game) disUpdate(b *graph.Builder, all []disForward, nth int) {
	g.move(b, all[0].moves)
	b.Update(g.config.Optimizer, func(dev kernels.Device) error { return g.optD.Update(dev, nth) })
	if g.loss.clips {
		b.Update("clip", func(dev kernels.Device) error {
			return kernels.Clip(dev, g.dis.Values, float32(g.config.WeightClip))
		})
	}
}

// move moves parameters that are not learned.
func (g *game) move(b *graph.Builder, moves []nn.Move) {
	for _, m := range moves {
		b.UpdateFrom("ema", func(dev kernels.Device, in []*tensor.Dense) error {
			return kernels.EMA(dev, in[0], in[1], g.stepCount, m.Kept)
		}, m.Param, m.To)
	}
}

func (g *game) genUpdate(b *graph.Builder, turns []turn) {
	g.move(b, turns[0].moves)
	b.Update(g.config.Optimizer, func(dev kernels.Device) error { return g.optG.Update(dev, 0) })
	if g.average != nil {
		b.Update("ema", g.average.update)
	}
	if g.balance != nil {
		b.Update("balance", g.rebalance)
	}
}

// measure stores both losses and D's outputs for the present weights, on the last batch and the
// last noise of the step.
func (g *game) measure(b *graph.Builder) {
	turns := g.lastTurns(b)
	all := g.forwardForDis(b, turns)
	for i, t := range turns {
		t.shard.measureOutputs(b, all[i])
	}
	g.disLosses(b, turns, all)
	g.genLosses(b, turns, all)
	g.statsMean.append(b)
}

// lastTurns returns the turns on which G's gradients were taken. Their batch and noise are made
// again from the same random numbers.
func (g *game) lastTurns(b *graph.Builder) []turn {
	turns := g.turns(b, g.stepCount, g.config.DisSteps-1)
	g.refresh(b, turns)
	return turns
}

// measureOutputs stores D's mean outputs on real and on fake images.
func (s *shard) measureOutputs(b *graph.Builder, d disForward) {
	real, fake := d.of(b, d.groups.real), d.of(b, d.groups.fake)
	if s.loss.notProbability {
		b.Store(b.Mean(real, 0), s.result(measuredReal))
		b.Store(b.Mean(fake, 0), s.result(measuredFake))
		return
	}
	b.Store(b.BCELogits(real, 1, 1), s.result(measuredReal))
	b.Store(b.BCELogits(fake, 0, 1), s.result(measuredFake))
}
