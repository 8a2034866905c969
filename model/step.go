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
		t := g.turn(b, g.next, 0)
		d := g.disGradients(b, t)
		g.genGradients(b, t)
		g.disUpdate(b, d, 0)
		g.genUpdate(b, t)
		return
	}
	var t turn
	for nth := range c.DisSteps {
		t = g.turn(b, g.next, nth)
		g.disUpdate(b, g.disGradients(b, t), nth)
	}
	g.refresh(b, &t)
	g.genGradients(b, t)
	g.genUpdate(b, t)
}

// refresh replaces the fake images of t by images of new noise, if G's update has noise of its own.
func (g *game) refresh(b *graph.Builder, t *turn) {
	if g.config.FreshNoise || g.config.DisSteps > 1 {
		t.fake = g.fake(b, t, streams.GenNoise, genStage)
	}
}

// turn is the data of one turn of D.
type turn struct {
	nth        int           // number of the turn in the step, from 0
	number     *tensor.Dense // (1), the number of the step
	real, fake *graph.Value  // (B, values)
	z          *graph.Value  // (B, InputDim)
	code       codes         // in z
	// labels (groups·B) are the labels of D's images, group by group, and begin with those of the batch.
	// oneHot (groups·B, classes) are the same as vectors. Both have the batch alone, or are nil, if D does not get them.
	labels, oneHot *graph.Value
	class          *graph.Value // (B, classes), the labels of the batch as vectors, if D is asked for them
	moves          []nn.Move    // of G's parameters that are not learned
}

// turn appends the nth batch of the step of a number (1), and as many fake images from noise of its
// own.
func (g *game) turn(b *graph.Builder, number *tensor.Dense, nth int) turn {
	t := turn{nth: nth, number: number}
	copies := 0
	switch c := g.config; {
	case c.classifies():
		copies = 1
	case c.Classes > 0:
		copies = groupsOf(c, g.loss).all
	}
	var labels []*graph.Value
	if t.real, labels = g.batches.batch(b, g.random(b, number, 0), nth, copies); labels != nil {
		t.labels = b.Join(labels...)
	}
	switch c := g.config; {
	case c.classifies():
		t.class = b.OneHot(t.labels, c.Classes)
	case c.Classes > 0 && c.Pack > 1:
		t.oneHot = b.OneHot(t.labels, c.Classes)
	}
	t.fake = g.fake(b, &t, streams.DisNoise+kernels.Stream(nth), kernels.Stream(nth))
	return t
}

// fake returns G's images (B, values) for noise from a stream, the codes of a stage and the labels of t's batch. It
// sets t.z, t.code and t.moves.
func (g *game) fake(b *graph.Builder, t *turn, stream, stage kernels.Stream) *graph.Value {
	c := g.config
	t.z = b.Uniform(g.random(b, t.number, stream), c.BatchSize, c.NoiseDim)
	if c.codeDim() > 0 {
		t.code = g.drawCodes(b, t.number, stage)
		t.z = t.code.beside(b, t.z)
	}
	t.moves = nil
	pass := &nn.Pass{Builder: b, BatchRows: c.BatchSize, Moves: func(m nn.Move) { t.moves = append(t.moves, m) }}
	if t.labels != nil {
		pass.Labels = b.Rows(t.labels, 0, c.BatchSize)
	}
	return g.gen.Apply(pass, t.z)
}

// disForward is a forward of D on groups of images.
type disForward struct {
	groups    groups
	x, logits *graph.Value // D's input (rows, pack·values), and its logits (rows, 1)
	output    *graph.Value // (rows, 1 and more): the logits, and what D makes beside them
	codes     *graph.Value // (rows, values of a code) of an autoencoder
	first     int          // the group of the first rows
	moves     []nn.Move    // of D's parameters that are not learned
}

func (d disForward) of(b *graph.Builder, group int) *graph.Value {
	return d.groups.of(b, d.logits, group, d.first)
}

// forwardForDis applies D to the images that D learns from: real and fake ones, and the points of the
// loss's own penalty.
func (g *game) forwardForDis(b *graph.Builder, t turn) disForward {
	d := disForward{groups: groupsOf(g.config, g.loss)}
	stage := kernels.Stream(t.nth)
	d.x = g.input(b, d.groups.images(b, t.real, t.fake), stage)
	if d.groups.points > 0 {
		real, fake := d.groups.of(b, d.x, d.groups.real, 1), d.groups.of(b, d.x, d.groups.fake, 1)
		d.x = b.Join(g.points(b, real, fake, g.random(b, g.stepCount, streams.PenaltyPoint+stage)), d.x)
	}
	g.apply(b, t, &d, stage)
	return d
}

// forwardForGen applies D to the images that G learns from: fake ones, and also real ones if the
// loss compares the two.
func (g *game) forwardForGen(b *graph.Builder, t turn) disForward {
	d := disForward{groups: groupsOf(g.config, g.loss)}
	images := t.fake
	d.first = d.groups.fake
	if g.loss.paired {
		images = d.groups.images(b, t.real, t.fake)
		d.first = d.groups.points
	}
	d.x = g.input(b, images, genStage)
	g.apply(b, t, &d, genStage)
	return d
}

// input returns D's input (n/pack, pack·values) for images (n, values). It augments the images and
// adds instance noise to them.
func (g *game) input(b *graph.Builder, images *graph.Value, stage kernels.Stream) *graph.Value {
	c := g.config
	images = g.augmented(b, images, stage)
	if c.InstanceNoise > 0 {
		images = b.AddNoise(images, g.random(b, g.stepCount, streams.InstanceNoise+stage), float32(c.InstanceNoise), c.InstanceNoiseSteps)
	}
	return b.Reshape(images, images.Rows()/c.Pack, c.Pack*c.Values())
}

// apply applies D to d.x, whose first rows are those of group d.first. It sets d.output, d.logits, d.codes and d.moves.
func (g *game) apply(b *graph.Builder, t turn, d *disForward, stage kernels.Stream) {
	x, group := d.x, d.first
	pass := &nn.Pass{Builder: b, Random: g.random(b, g.stepCount, stage), FirstRow: group * g.config.BatchSize / g.config.Pack,
		BatchRows: g.config.BatchSize / g.config.Pack, Moves: func(m nn.Move) { d.moves = append(d.moves, m) }}
	images := x.Rows() * g.config.Pack
	if t.labels != nil && t.class == nil {
		pass.Labels = b.Rows(t.labels, group*g.config.BatchSize, images)
	}
	if t.oneHot != nil {
		pass.OneHot = b.Rows(t.oneHot, group*g.config.BatchSize, images)
	}
	if g.loss.autoencodes {
		outputs := g.dis.Outputs(pass, x)
		d.codes = codeOf(g.dis.Net, outputs)
		d.output = reconstructionError(b, x, outputs[len(outputs)-1])
	} else {
		d.output = g.dis.Apply(pass, x)
	}
	d.logits = d.output
	if d.output.Cols() > 1 {
		d.logits = b.TakeColumns(d.output, 0, 1)
	}
}

// part returns a part of a loss as a seed of gradients. It stores its value in g.stats.
func (g *game) part(b *graph.Builder, loss *graph.Value, stat int) graph.Seed {
	b.Store(loss, g.result(stat))
	return graph.Seed{Of: loss}
}

// disLoss returns the parts of D's loss, including penalties and those of its heads. It stores their values
// in g.stats.
func (g *game) disLoss(b *graph.Builder, t turn, d disForward) (seeds []graph.Seed) {
	for i, part := range g.objective.discriminator(b, d.of(b, d.groups.real), g.balanced(b, d.of(b, d.groups.fake))) {
		seeds = append(seeds, g.part(b, part, []int{disRealStat, disFakeStat}[i]))
	}
	for _, penalty := range g.penalties(b, d) {
		seeds = append(seeds, graph.Seed{Of: penalty})
	}
	return append(seeds, g.disHeads(b, t, d)...)
}

// genLoss returns the parts of G's loss. It stores their values in g.stats.
func (g *game) genLoss(b *graph.Builder, t turn, d disForward) []graph.Seed {
	var real *graph.Value
	if g.loss.paired {
		real = d.of(b, d.groups.real)
	}
	seeds := []graph.Seed{g.part(b, g.objective.generator(b, real, d.of(b, d.groups.fake)), genStat)}
	if g.config.PullAway > 0 {
		term := pullAway(b, d.groups.of(b, d.codes, d.groups.fake, d.first), g.config.PullAway)
		seeds = append(seeds, g.part(b, term, pullStat))
	}
	return append(seeds, g.genHeads(b, t, d)...)
}

func (g *game) disGradients(b *graph.Builder, t turn) disForward {
	d := g.forwardForDis(b, t)
	g.dis.StoreGrad(b, g.disLoss(b, t, d))
	return d
}

func (g *game) genGradients(b *graph.Builder, t turn) {
	d := g.forwardForGen(b, t)
	g.gen.StoreGrad(b, g.genLoss(b, t, d))
}

// disUpdate is the update of D after a turn, whose forward d is.
func (g *game) disUpdate(b *graph.Builder, d disForward, nth int) {
	g.move(b, d.moves)
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

func (g *game) genUpdate(b *graph.Builder, t turn) {
	g.move(b, t.moves)
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
	t := g.lastTurn(b)
	d := g.forwardForDis(b, t)
	g.measureOutputs(b, d)
	g.disLoss(b, t, d)
	g.genLoss(b, t, d)
}

// lastTurn returns the turn on which G's gradients were taken. Its batch and noise are made
// again from the same random numbers.
func (g *game) lastTurn(b *graph.Builder) turn {
	t := g.turn(b, g.stepCount, g.config.DisSteps-1)
	g.refresh(b, &t)
	return t
}

// measureOutputs stores D's mean outputs on real and on fake images.
func (g *game) measureOutputs(b *graph.Builder, d disForward) {
	real, fake := d.of(b, d.groups.real), d.of(b, d.groups.fake)
	if g.loss.notProbability {
		b.Store(b.Mean(real, 0), g.result(measuredReal))
		b.Store(b.Mean(fake, 0), g.result(measuredFake))
		return
	}
	b.Store(b.BCELogits(real, 1, 1), g.result(measuredReal))
	b.Store(b.BCELogits(fake, 0, 1), g.result(measuredFake))
}
