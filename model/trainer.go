package model

import (
	"fmt"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/model/graph"
)

// Trainer is a run in progress: the nets on a device, the data, and the number of steps done. Its
// methods are for one goroutine at a time.
type Trainer struct {
	game    *game
	health  *health
	feed    feed
	sampler *sampler
	train   kernels.Step // one recorded training step
	measure kernels.Step // one recorded evaluation
	data    string
	names   []string // of the classes, nil if they are numbers
	step    uint32
	saved   bool    // whether the state after step is saved
	seconds float64 // time spent training, including the time before a resume
}

// NewTrainer prepares a run of c from step 0 on dev. The caller keeps dev and set, and closes them
// after the last use of the trainer. Memory that the trainer allocates on dev is free only after
// dev is closed.
//
// It returns an error if
//
//   - c is not valid (see Config.Validate),
//   - the images of set do not have c's shape (grey if c stacks them), or are fewer than a batch,
//   - an image has a label that is not one of c's classes,
//   - the set has names of classes, but not one for each of c's classes,
//   - set cannot be read, or dev fails.
func NewTrainer(dev kernels.Device, c Config, set *dataset.Set) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if got, want := set.Shape(), c.setShape(); got != want {
		why := "by the config"
		if c.Stack > 1 {
			why = fmt.Sprintf("and grey, because stack is %d", c.Stack)
		}
		return nil, fmt.Errorf("model: images of %s are %v, want %v %s", set.Name(), got, want, why)
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
		return nil, fmt.Errorf("model: %s has %s, fewer than %s; want a batch_size of at most %d", set.Name(), images, least, set.Len()/max(c.Stack, 1))
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
	if t.names, err = classNames(c, set); err != nil {
		return nil, err
	}
	if t.feed, err = newFeed(g, set); err != nil {
		return nil, err
	}
	g.batches = t.feed
	if t.health, err = newHealth(g); err != nil {
		return nil, err
	}
	if t.sampler, err = newSampler(dev, g.sampling(), c.Classes, sampleRows); err != nil {
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
	p, err := graph.New(t.game.dev, f)
	if err != nil {
		return nil, err
	}
	scratch, err := p.Scratch()
	if err != nil {
		return nil, err
	}
	return t.game.dev.Record(p.Run, scratch...)
}

// Restore copies s to a trainer that has done no steps. seconds is the time that the run had spent
// training. It does not keep s. It returns an error, and changes nothing, if s is of another
// config or of other data, or if its classes have other names. It also returns an error if s lacks a tensor or if the device fails;
// then the trainer cannot be used.
func (t *Trainer) Restore(s *State, seconds float64) error {
	if d := t.game.config.Differences(s.Config); len(d) > 0 {
		return fmt.Errorf("model: a run resumes with the settings that it began with, but %s", d[0])
	}
	if s.Data != t.data {
		return fmt.Errorf("model: the data differ from those that the run began with: the fingerprint is %.12s, was %.12s", t.data, s.Data)
	}
	if err := renamed(t.names, s.ClassNames); err != nil {
		return err
	}
	if err := t.game.restore(s); err != nil {
		return err
	}
	if t.names == nil {
		t.names = s.ClassNames
	}
	t.step, t.seconds, t.saved = s.Step, seconds, false
	return nil
}

// Config returns the config of the run.
func (t *Trainer) Config() Config { return t.game.config }

// ClassNames returns the names of the classes, or nil if they are numbers alone. Callers must not
// change them.
func (t *Trainer) ClassNames() []string { return t.names }

// Step returns the number of steps done.
func (t *Trainer) Step() uint32 { return t.step }

// State returns a copy of all that the run needs to resume. It waits for the device, and returns
// the device's error.
func (t *Trainer) State() (*State, error) {
	tensors, err := t.game.tensors()
	return &State{Config: t.game.config, Step: t.step, Data: t.data, ClassNames: t.names, Tensors: tensors}, err
}

// Sample returns images (n, Config.Values()) in [0,1] from noise (n, Config.InputDim()) and, if
// there are classes, labels (n). It uses the average of the generator's weights if there is one,
// else the present weights. The slice is new. It returns an error if noise or labels do not fit
// the generator, or if the device fails.
func (t *Trainer) Sample(noise []float32, labels []uint32) ([]float32, error) {
	return t.sampler.sample(noise, labels)
}

// Measure computes the metrics of the last step with the present weights. ImagesPerSecond is 0.
// It returns a *NonFiniteError if a loss is a NaN or an infinity, or the error of the device.
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
			// D's loss comes first, and depends on all that G's loss depends on.
			return Metrics{}, &NonFiniteError{Step: t.step, Net: "discriminator", Tensor: "loss", Value: v}
		}
	}
	m := metricsOf(t.step, s, t.game.config)
	m.Seconds = t.seconds
	m.Balance, err = t.game.readBalance()
	return m, err
}

// stats copies the game's results from the device.
func (t *Trainer) stats() ([]float32, error) {
	s := make([]float32, statsWidth)
	return s, t.game.dev.Download(s, t.game.stats)
}
