package model

import (
	"context"
	"time"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// StepClock times the training steps of one trainer, as often as it is asked to.
type StepClock struct {
	dev     kernels.Device
	trainer *Trainer
	calls   tape.Step // of a step
	single  bool      // steps are run one by one
}

// NewStepClock prepares the steps of c on dev with the images of set. If single is set, each step is
// run by itself. Otherwise steps are run many at once, as in training. The caller closes the clock. It
// returns the errors of NewTrainer.
func NewStepClock(ctx context.Context, dev kernels.Device, c Config, set *dataset.Set, single bool) (*StepClock, error) {
	return newStepClock(ctx, dev, c, set, single, false)
}

// newStepClock is NewStepClock. unfused is that of BenchOptions.
func newStepClock(ctx context.Context, dev kernels.Device, c Config, set *dataset.Set, single, unfused bool) (*StepClock, error) {
	t, calls, err := recordedTrainer(dev, c, set, unfused)
	if err != nil {
		return nil, err
	}
	if err := t.feed.start(ctx, 0, RunOptions{}); err != nil {
		return nil, err
	}
	return &StepClock{dev, t, calls, single}, nil
}

// Time measures steps for about d, and at least ten. It returns ctx's error if ctx ends.
func (s *StepClock) Time(ctx context.Context, d time.Duration) (Timing, error) {
	t, err := clock(ctx, s.dev, d, func(n int) error { return s.run(ctx, n) })
	t.Name, t.Count = "step", 1
	return t, err
}

// run does n steps.
func (s *StepClock) run(ctx context.Context, n int) error {
	run := s.trainer.train.RunMany
	if s.single {
		run = each(s.trainer.train.Run)
	}
	for n > 0 {
		ready, err := s.trainer.feed.next(ctx, n)
		if err != nil {
			return err
		}
		if err := run(ready); err != nil {
			return err
		}
		n -= ready
	}
	return nil
}

// Close ends the reading of batches.
func (s *StepClock) Close() { s.trainer.feed.stop() }
