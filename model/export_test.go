package model

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Probe is a game open to tests: they choose its batches and weights, take its steps
// whole or in parts, and see its gradients.
type Probe struct {
	Batches [][]float32 // those of the step under way
	Labels  [][]uint32  // of each batch, where there are classes
	g       *game
}

func NewProbe(dev kernels.Device, c Config) (*Probe, error) {
	g, err := newGame(dev, c)
	if err != nil {
		return nil, err
	}
	p := &Probe{g: g}
	g.batches = p
	return p, g.initialize(nil)
}

func (p *Probe) batch(dst *tensor.Dense, nth int) error  { return p.g.dev.Upload(dst, p.Batches[nth]) }
func (p *Probe) labels(dst *tensor.Dense, nth int) error { return p.g.dev.Upload(dst, p.Labels[nth]) }

func (p *Probe) Step() error                { return p.g.step() }
func (p *Probe) Tick() error                { return kernels.Tick(p.g.dev, p.g.clock) }
func (p *Probe) DisGradients(nth int) error { return p.g.disGradients(nth) }
func (p *Probe) GenGradients() error        { return p.g.genGradients() }
func (p *Probe) UpdateDis() error           { return p.g.disUpdate(0) }
func (p *Probe) UpdateGen() error           { return p.g.genUpdate() }
func (p *Probe) Measure() error             { return p.g.measure() }

func (p *Probe) Tensors() ([]Tensor, error) { return p.g.tensors() }
func (p *Probe) Noise() ([]float32, error)  { return p.download(p.g.z) }
func (p *Probe) Logits() ([]float32, error) { return p.download(p.g.dis.loss.out()) }

// Points are where the loss's own penalty was last taken.
func (p *Probe) Points() ([]float32, error) { return p.download(p.g.dis.learning.points.x) }

// Losses are D's and G's, as last computed.
func (p *Probe) Losses() (dis, gen float64, err error) {
	s, err := p.download(p.g.stats)
	if err != nil {
		return 0, 0, err
	}
	m := metricsOf(0, s, p.g.loss.critic)
	return m.DLoss, m.GLoss, nil
}

// SetWeights replaces every parameter of both nets.
func (p *Probe) SetWeights(values map[string][]float32) error {
	for _, w := range p.params() {
		if err := p.g.dev.Upload(w.value, values[w.name]); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

// Gradients are the last computed, by the name of the parameter.
func (p *Probe) Gradients() (map[string][]float32, error) {
	all := map[string][]float32{}
	for _, w := range p.params() {
		var err error
		if all[w.name], err = p.download(w.grad); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p *Probe) params() []param { return slices.Concat(p.g.gen.params(), p.g.dis.net.params()) }

func (p *Probe) download(t *tensor.Dense) ([]float32, error) {
	values := make([]float32, t.Shape().TotalSize())
	return values, p.g.dev.Download(values, t)
}

// ParseCheckpoint is Load without the file.
func ParseCheckpoint(text []byte) (*State, error) { return parseCheckpoint(text) }

// Poison writes v to one value of what the trainer watches, or of the optimizer's
// state: what is "loss", or "gradient" or "" before a parameter's name, or a moment's
// name with the parameter's. A loss is at an offset into the stats of a step.
func (t *Trainer) Poison(what string, at int, v float32) error {
	g := t.game
	found := map[string]*tensor.Dense{"loss": g.stats}
	for _, p := range slices.Concat(g.gen.params(), g.dis.net.params()) {
		found["gradient "+p.name] = p.grad
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

// Look and Check are the two halves of the search for what is not finite.
func (t *Trainer) Look() error  { return t.health.look() }
func (t *Trainer) Check() error { return t.health.check() }
func (t *Trainer) Tick() error  { return kernels.Tick(t.game.dev, t.game.clock) }

// TrainStep and MeasureStep are the recorded steps, without the feed and the metrics.
func (t *Trainer) TrainStep() error   { return t.train.Run() }
func (t *Trainer) MeasureStep() error { return t.measure.Run() }

// Batch is the nth batch of data of the last step, as D is shown it but for noise.
func (t *Trainer) Batch(nth int) ([]float32, error) {
	g := t.game
	if err := g.batch(nth); err != nil {
		return nil, err
	}
	x := make([]float32, g.dis.real.Shape().TotalSize())
	return x, g.dev.Download(x, g.dis.real)
}

// GenLossAt is where G's loss is among the results of a step that Poison writes to.
const GenLossAt = genStat
