package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorgan/dataset"
	"gorgan/kernels"
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
		return nil, fmt.Errorf("model: %s has %d images, fewer than %s", set.Name(), set.Len(), least)
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
	if t.sampler, err = newSampler(g.drawing()); err != nil {
		return nil, err
	}
	t.train, err = dev.Record(func() error { return g.inOrder(g.step, t.health.look) })
	if err != nil {
		return nil, err
	}
	t.measure, err = dev.Record(g.measure)
	return t, err
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
	t.step, t.seconds = s.Step, seconds
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
func (t *Trainer) Draw(noise []float32, labels []uint32) ([]float32, error) {
	return t.sampler.draw(noise, labels)
}

// Plan says how far Run goes and whom it tells. A nil function is not called; an
// error of one ends the run.
type Plan struct {
	Steps        uint32 // the step to stop after
	DisplayEvery uint32 // steps; the first and the last are displayed too
	SaveEvery    uint32 // steps; the last, and one that is interrupted, are saved too
	// Progress is called now and then with both losses of the step just done.
	Progress func(step uint32, gLoss, dLoss float64) error
	Display  func(Metrics) error
	Save     func(*State) error
	// Evaluate is called every EvaluateEvery steps, 0 for never, and after the last,
	// once the state is saved. Its time is not spent training; it may Draw.
	EvaluateEvery uint32
	Evaluate      func(step uint32) error
	// Readers and Queue are dataset.LoaderOptions' for a set that is not in memory.
	Readers, Queue int
}

// progressEvery is how many steps pass between looks at the losses and at health.
const progressEvery = 50

// Run trains up to step p.Steps. When ctx ends it finishes the step under way, saves
// and returns ctx's error. A NaN or an infinity ends it with a *NonFiniteError;
// nothing that holds one is saved.
//
// Memory on the device goes with the device; all goroutines end with Run.
func (t *Trainer) Run(ctx context.Context, p Plan) error {
	if err := t.feed.start(ctx, t.step, p); err != nil {
		return err
	}
	defer t.feed.stop()
	displayed, since := t.step, time.Now()
	for t.step < p.Steps {
		began := time.Now()
		err := ctx.Err()
		if err == nil {
			err = t.feed.next(ctx)
		}
		if err != nil {
			if ctx.Err() != nil {
				return errors.Join(ctx.Err(), t.save(p))
			}
			return err
		}
		if err := t.train.Run(); err != nil {
			return err
		}
		t.step++
		display := t.step == 1 || p.due(t.step, p.DisplayEvery)
		evaluate := p.Evaluate != nil && p.Evaluates(t.step)
		save := evaluate || p.due(t.step, p.SaveEvery)
		if display || save || every(t.step, progressEvery) {
			if err := t.progress(p); err != nil {
				return err
			}
		}
		t.seconds += time.Since(began).Seconds()
		if display {
			m, err := t.Measure()
			if err != nil {
				return err
			}
			images := float64(t.step-displayed) * float64(t.game.config.DisSteps*t.game.config.BatchSize)
			m.ImagesPerSecond = images / time.Since(since).Seconds()
			if p.Display != nil {
				if err := p.Display(m); err != nil {
					return err
				}
			}
			displayed, since = t.step, time.Now()
		}
		if save {
			if err := t.save(p); err != nil {
				return err
			}
		}
		if evaluate {
			began := time.Now()
			if err := p.Evaluate(t.step); err != nil {
				return err
			}
			since = since.Add(time.Since(began))
		}
	}
	return nil
}

// Evaluates tells whether the checkpoint of step is evaluated.
func (p Plan) Evaluates(step uint32) bool {
	return p.EvaluateEvery > 0 && step > 0 && p.due(step, p.EvaluateEvery)
}

// due tells whether what is done every n steps, and at the last, is done after step.
func (p Plan) due(step, n uint32) bool { return step == p.Steps || every(step, n) }

func every(step, n uint32) bool { return n > 0 && step%n == 0 }

// progress waits for the step, looks at its health and tells its losses.
func (t *Trainer) progress(p Plan) error {
	if err := t.health.check(); err != nil {
		return err
	}
	if p.Progress == nil {
		return nil
	}
	s, err := t.stats()
	if err != nil {
		return err
	}
	m := metricsOf(t.step, s, t.game.loss.critic)
	return p.Progress(t.step, m.GLoss, m.DLoss)
}

func (t *Trainer) save(p Plan) error {
	if p.Save == nil {
		return nil
	}
	if err := t.health.check(); err != nil {
		return err
	}
	s, err := t.State()
	if err != nil {
		return err
	}
	if err := s.finite(); err != nil {
		return err
	}
	return p.Save(s)
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
	m := metricsOf(t.step, s, t.game.loss.critic)
	m.Seconds = t.seconds
	return m, nil
}

// stats copies the game's results from the device.
func (t *Trainer) stats() ([]float32, error) {
	s := make([]float32, statsSize)
	return s, t.game.dev.Download(s, t.game.stats)
}
