package model

import (
	"fmt"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/model/graph"
)

// Trainer is a run in progress: a game on a device, the data it plays with, and how
// far it is.
type Trainer struct {
	game    *game
	health  *health
	feed    feed
	sampler *sampler
	train   kernels.Step // one recorded training step
	measure kernels.Step // one recorded evaluation
	data    string
	step    uint32
	saved   bool    // the state after step is
	seconds float64 // spent training, earlier parts of the run counted in
}

// NewTrainer prepares a run of c from step 0 on dev, which stays the caller's. The
// set's images must be of c's size, and at least a batch.
func NewTrainer(dev kernels.Device, c Config, set *dataset.Set) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if s := set.Size(); s.Height != c.Height || s.Width != c.Width {
		return nil, fmt.Errorf("model: images of %s are %v, the config wants %dx%d", set.Name(), s, c.Height, c.Width)
	}
	if set.Len() < c.batchImages() {
		least := fmt.Sprintf("batch_size %d", c.BatchSize)
		if c.Stack > 1 {
			least += fmt.Sprintf(" times stack %d", c.Stack)
		}
		images := fmt.Sprintf("%d images", set.Len())
		if set.Len() == 1 {
			images = "1 image"
		}
		return nil, fmt.Errorf("model: %s has %s, fewer than %s", set.Name(), images, least)
	}
	g, err := newGame(dev, c)
	if err != nil {
		return nil, err
	}
	bias, err := outputBias(c, set)
	if err != nil {
		return nil, err
	}
	if err := g.initialize(bias); err != nil {
		return nil, err
	}
	t := &Trainer{game: g, data: set.Fingerprint()}
	if t.feed, err = newFeed(g, set); err != nil {
		return nil, err
	}
	g.batches = t.feed
	if t.health, err = newHealth(g); err != nil {
		return nil, err
	}
	if t.sampler, err = newSampler(dev, g.sampling(), c.Classes); err != nil {
		return nil, err
	}
	t.train, err = t.record(func(b *graph.Builder) {
		g.step(b)
		b.Update("non_finite", func(kernels.Device) error { return t.health.scan() })
	})
	if err != nil {
		return nil, err
	}
	t.measure, err = t.record(g.measure)
	return t, err
}

// record builds a graph and records its launches.
func (t *Trainer) record(f func(b *graph.Builder)) (kernels.Step, error) {
	p, err := t.game.compile(f)
	if err != nil {
		return nil, err
	}
	return t.game.dev.Record(p.Run)
}

// Restore takes a fresh trainer to a state of the same config and data; seconds is
// the time the run had spent by then.
func (t *Trainer) Restore(s *State, seconds float64) error {
	if d := t.game.config.Differences(s.Config); len(d) > 0 {
		return fmt.Errorf("model: a run goes on with the settings it began with: %s", d[0])
	}
	if s.Data != t.data {
		return fmt.Errorf("model: the data differ from those the run began with: fingerprint %.12s, was %.12s", t.data, s.Data)
	}
	if err := t.game.restore(s); err != nil {
		return err
	}
	t.step, t.seconds, t.saved = s.Step, seconds, false
	return nil
}

// Config is what the run was prepared with.
func (t *Trainer) Config() Config { return t.game.config }

// Step is the number of steps done.
func (t *Trainer) Step() uint32 { return t.step }

// State copies all that the run needs to go on.
func (t *Trainer) State() (*State, error) {
	tensors, err := t.game.tensors()
	return &State{Config: t.game.config, Step: t.step, Data: t.data, Tensors: tensors}, err
}

// Draw takes noise (n, noise dim), and labels (n) where there are classes, to images
// (n, pixels) in [0,1] with the generator as it is, or with the average of its weights
// where that is kept.
func (t *Trainer) Sample(noise []float32, labels []uint32) ([]float32, error) {
	return t.sampler.sample(noise, labels)
}

// Measure evaluates the metrics of the last step, with the weights as they are now.
// It returns a *NonFiniteError where these weights give a NaN or an infinity.
func (t *Trainer) Measure() (Metrics, error) {
	if err := t.measure.Run(); err != nil {
		return Metrics{}, err
	}
	s, err := t.stats()
	if err != nil {
		return Metrics{}, err
	}
	for _, v := range s {
		if !finite(v) {
			// D's loss comes first, and sees all that G's sees.
			return Metrics{}, &NonFiniteError{Step: t.step, Net: "discriminator", Tensor: "loss", Value: v}
		}
	}
	m := metricsOf(t.step, s, t.game.loss.notProbability)
	m.Seconds = t.seconds
	return m, nil
}

// stats copies the game's results from the device.
func (t *Trainer) stats() ([]float32, error) {
	s := make([]float32, statsSize)
	return s, t.game.dev.Download(s, t.game.stats)
}
