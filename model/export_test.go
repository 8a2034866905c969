package model

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

// Probe gives tests access to a game. They choose its batches and weights, do a step whole or in
// parts, and read its gradients.
type Probe struct {
	Batches [][]float32 // of the present step
	Labels  [][]uint32  // of each batch, if there are classes
	g       *game
	images  []*tensor.Dense // of each batch, on the device
	labels  []*tensor.Dense
	rows    *tensor.Dense  // (B): 0, 1, ...
	program *graph.Program // the program that ran last
	z       *graph.Value   // the noise of that program, D's input and its logits, group by group
	x       *graph.Value
	logits  *graph.Value
	last    int // turn of DisGradients
	nth     int // batch of the index that was asked for last
	given   int // rows of it that were given
}

func NewProbe(dev kernels.Device, c Config) (*Probe, error) {
	g, err := newGame(dev, c)
	if err != nil {
		return nil, err
	}
	p := &Probe{g: g}
	g.batches = p
	al := &allocator{dev: dev}
	for range c.DisSteps {
		p.images = append(p.images, al.floats(c.BatchSize, c.Values()))
		p.labels = append(p.labels, al.words(c.BatchSize))
	}
	p.rows = al.sequence(0, c.BatchSize)
	if al.err != nil {
		return nil, al.err
	}
	return p, g.initialize(nil)
}

func (p *Probe) index(b *graph.Builder, _ graph.Random, nth int) *graph.Value {
	p.nth, p.given = nth, 0
	return b.Leaf("index", p.rows)
}

// batch gives the images of the index in their order.
func (p *Probe) batch(b *graph.Builder, index *graph.Value, copies int) (images *graph.Value, labels []*graph.Value) {
	for range copies {
		labels = append(labels, b.Labels(index, b.Leaf("labels", p.labels[p.nth])))
	}
	first, n := p.given, index.Rows()
	p.given += n
	return b.Rows(b.Leaf("images", p.images[p.nth]), first, n), labels
}

// keep keeps the noise of turns, and the input and the logits of D's forwards.
func (p *Probe) keep(b *graph.Builder, turns []turn, all []disForward) {
	p.z = b.Keep(noiseOf(b, turns))
	if all == nil {
		return
	}
	var xs, logits []*graph.Value
	for group := range all[0].groups.all {
		for _, d := range all {
			xs = append(xs, d.groups.of(b, d.x, group, d.first))
			logits = append(logits, d.of(b, group))
		}
	}
	p.x, p.logits = b.Keep(b.Join(xs...)), b.Keep(b.Join(logits...))
}

func noiseOf(b *graph.Builder, turns []turn) *graph.Value {
	var all []*graph.Value
	for _, t := range turns {
		all = append(all, t.z)
	}
	return b.Join(all...)
}

// run builds a graph, and runs it once on the probe's batches.
func (p *Probe) run(f func(b *graph.Builder)) error {
	for nth, x := range p.Batches {
		if err := p.g.dev.Upload(p.images[nth], x); err != nil {
			return err
		}
	}
	for nth, labels := range p.Labels {
		if err := p.g.dev.Upload(p.labels[nth], labels); err != nil {
			return err
		}
	}
	var err error
	if p.program, err = graph.New(p.g.dev, f); err != nil {
		return err
	}
	return p.program.Run()
}

func (p *Probe) Step() error {
	p.z = nil
	return p.run(p.g.step)
}

// Tick begins the next step.
func (p *Probe) Tick() error {
	return errors.Join(kernels.Tick(p.g.dev, p.g.stepCount), kernels.CopyWords(p.g.dev, p.g.next, p.g.stepCount))
}

func (p *Probe) UpdateDis() error {
	return p.run(func(b *graph.Builder) { p.g.disUpdate(b, []disForward{{}}, 0) })
}
func (p *Probe) UpdateGen() error {
	return p.run(func(b *graph.Builder) { p.g.genUpdate(b, []turn{{}}) })
}
func (p *Probe) Measure() error { return p.run(p.g.measure) }

func (p *Probe) DisGradients(nth int) error {
	return p.run(func(b *graph.Builder) {
		turns := p.g.turns(b, p.g.stepCount, nth)
		p.last = nth
		p.keep(b, turns, p.g.disGradients(b, turns))
		p.g.statsMean.append(b)
	})
}

// GenGradients computes G's gradients on the noise of DisGradients, which must be called before.
func (p *Probe) GenGradients() error {
	return p.run(func(b *graph.Builder) {
		turns := p.g.turns(b, p.g.stepCount, p.last)
		p.keep(b, turns, nil)
		p.g.genGradients(b, turns)
	})
}

func (p *Probe) Tensors() ([]Tensor, error) { return p.g.tensors() }

// Noise returns the noise of the last gradients. The noise of a whole step is computed again.
func (p *Probe) Noise() ([]float32, error) {
	if p.z == nil {
		if err := p.run(func(b *graph.Builder) { p.keep(b, p.g.lastTurns(b), nil) }); err != nil {
			return nil, err
		}
	}
	return p.value(p.z)
}

// Logits returns D's logits on real images, and then on fake ones.
func (p *Probe) Logits() ([]float32, error) { return p.value(p.logits) }

// Points returns the last penalty points.
func (p *Probe) Points() ([]float32, error) {
	x, err := p.value(p.x)
	return x[:p.g.config.BatchSize*p.g.config.Values()], err
}

// value returns a copy of a value that the last program kept.
func (p *Probe) value(v *graph.Value) ([]float32, error) {
	t, err := p.program.Tensor(v)
	if err != nil {
		return nil, err
	}
	return p.download(t)
}

// Losses returns the last losses of D and G.
func (p *Probe) Losses() (dis, gen float64, err error) {
	s, err := p.download(p.g.stats)
	if err != nil {
		return 0, 0, err
	}
	m := metricsOf(0, s, p.g.config)
	return m.DLoss, m.GLoss, nil
}

// SetWeights replaces every parameter of both nets, and k if there is one.
func (p *Probe) SetWeights(values map[string][]float32) error {
	if p.g.balance != nil {
		if err := p.g.dev.Upload(p.g.balance, values[balanceName]); err != nil {
			return err
		}
	}
	for _, w := range p.params() {
		if err := p.g.dev.Upload(w.Value, values[w.Name]); err != nil {
			return fmt.Errorf("%s: %w", w.Name, err)
		}
	}
	return nil
}

// Gradients returns the last gradients, by the name of the parameter.
func (p *Probe) Gradients() (map[string][]float32, error) {
	all := map[string][]float32{}
	for _, w := range p.params() {
		var err error
		if all[w.Name], err = p.download(w.Grad); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p *Probe) params() []nn.Tensor { return slices.Concat(p.g.gen.Tensors, p.g.dis.Tensors) }

func (p *Probe) download(t *tensor.Dense) ([]float32, error) {
	values := make([]float32, t.Shape().TotalSize())
	return values, p.g.dev.Download(values, t)
}

// ParseCheckpoint is Load without the file.
func ParseCheckpoint(text []byte) (*State, error) { return parseCheckpoint(text) }

// Poison writes v to one element of memory that health scans, or of an optimizer's moment. what is
// "loss", a parameter's name, or a parameter's name after "gradient" or a moment's name. A loss is
// at an offset in the stats of a step.
func (t *Trainer) Poison(what string, at int, v float32) error {
	g := t.game
	found := map[string]*tensor.Dense{"loss": g.stats}
	for _, p := range slices.Concat(g.gen.Tensors, g.dis.Tensors) {
		found["gradient "+p.Name] = p.Grad
	}
	err := g.visit(func(name string, _ []int, t *tensor.Dense) error {
		found[name] = t
		return nil
	})
	if err != nil {
		return err
	}
	one, err := g.dev.View(found[what], at, 1)
	if err != nil {
		return err
	}
	return g.dev.Upload(one, []float32{v})
}

// Scan and Check are the two halves of the search for values that are not finite.
func (t *Trainer) Scan() error  { return t.health.scan() }
func (t *Trainer) Check() error { return t.health.check() }
func (t *Trainer) Tick() error  { return kernels.Tick(t.game.dev, t.game.stepCount) }

// TrainStep and MeasureStep are the recorded steps, without the feed and the metrics.
func (t *Trainer) TrainStep() error   { return t.train.Run() }
func (t *Trainer) MeasureStep() error { return t.measure.Run() }

// TrainSteps trains n steps at once, and counts them.
func (t *Trainer) TrainSteps(n int) error {
	t.step += uint32(n)
	return t.train.RunMany(n)
}

// Batch returns the nth batch of real images of the last step, without instance noise.
func (t *Trainer) Batch(nth int) ([]float32, error) {
	var images *graph.Value
	p, err := graph.New(t.game.dev, func(b *graph.Builder) {
		index := t.game.batches.index(b, t.game.random(b, t.game.stepCount, 0), nth)
		images, _ = t.game.batches.batch(b, index, 0)
		b.Keep(images)
	})
	if err != nil {
		return nil, err
	}
	if err := p.Run(); err != nil {
		return nil, err
	}
	at, err := p.Tensor(images)
	if err != nil {
		return nil, err
	}
	x := make([]float32, images.Size())
	return x, t.game.dev.Download(x, at)
}

// GenLossAt is the offset of G's loss in the stats of a step, for Poison.
const GenLossAt = genStat

// DisHeadAt and GenHeadAt are the offsets of the first results of D's heads, in D's loss and in G's.
const DisHeadAt, GenHeadAt = disHeadStat, genHeadStat
