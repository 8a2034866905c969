package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gorgan/kernels"
)

// RunOptions says how far Run goes and which functions it calls on the way. Run calls them on its
// own goroutine, and not if they are nil. An error that one of them returns ends the run.
type RunOptions struct {
	Steps        uint32 // the step to stop after
	DisplayEvery uint32 // in steps; the first and the last step are displayed too
	SaveEvery    uint32 // in steps; the last step, and one that is interrupted, are saved too
	// Progress is called from time to time with both losses of the newest step, and the penalty and the convergence that
	// belong to them. The other metrics are 0.
	Progress func(newest Metrics) error
	// Measured is called with the metrics of every MeasureEvery-th step and of each display step.
	// If MeasureEvery is 0, it is called for display steps alone.
	MeasureEvery uint32
	Measured     func(Metrics) error
	// Display is called with the metrics of each display step, after Measured.
	Display func(Metrics) error
	// Save is called with a copy of the state, which it may keep.
	Save func(*State) error
	// SaveNow is called before steps. If it returns true, the state is saved after them.
	SaveNow func() bool
	// Evaluate is called every EvaluateEvery steps and after the last step, or never if
	// EvaluateEvery is 0. The state is saved before. Its time does not count as training. It may
	// call Sample.
	EvaluateEvery uint32
	Evaluate      func(step uint32) error
	// Readers and Queue are those of dataset.LoaderOptions, for a set that is not in memory.
	Readers, Queue int
	// Ranks are those of a data-parallel run, nil for a single rank. They stop and save together. All ranks call Run with
	// the same Steps, DisplayEvery, MeasureEvery and SaveEvery. Each has functions of its own.
	Ranks kernels.Group
}

// Displays reports whether step is a display step.
func (p RunOptions) Displays(step uint32) bool { return step == 1 || p.due(step, p.DisplayEvery) }

// Evaluates reports whether the checkpoint of step is evaluated.
func (p RunOptions) Evaluates(step uint32) bool {
	return p.EvaluateEvery > 0 && step > 0 && p.due(step, p.EvaluateEvery)
}

// due reports whether an action is due after step, if it is due every n steps and at the last.
func (p RunOptions) due(step, n uint32) bool { return step == p.Steps || every(step, n) }

func every(step, n uint32) bool { return n > 0 && step%n == 0 }

// pauses reports whether something is to be done after step.
func (p RunOptions) pauses(step uint32) bool {
	return p.Displays(step) || every(step, p.MeasureEvery) || p.due(step, p.SaveEvery) ||
		p.Evaluate != nil && p.Evaluates(step) || every(step, progressEvery)
}

// untilPause returns the number of steps after step up to the next pause, at most most.
func (p RunOptions) untilPause(step uint32, most int) int {
	n := 1
	for n < most && !p.pauses(step+uint32(n)) {
		n++
	}
	return n
}

// unasked is the longest time that Run trains without a look at its context, but for a longer step.
const unasked = 10 * time.Millisecond

// progressEvery is the number of steps between checks of the losses and of health.
const progressEvery = 50

// UnsavedError ends a run whose state could not be saved when it stopped.
type UnsavedError struct {
	Step  uint32
	Cause error // why the run stopped: the context's error or another
	Err   error // why the state was not saved
}

func (e *UnsavedError) Error() string {
	if errors.Is(e.Cause, context.Canceled) {
		return fmt.Sprintf("interrupted at step %d, which is not saved: %v", e.Step, e.Err)
	}
	return fmt.Sprintf("%v; and step %d is not saved: %v", e.Cause, e.Step, e.Err)
}

// Unwrap returns the error of saving and not Cause. So errors.Is does not confuse a run that lost
// its state with one that was only interrupted.
func (e *UnsavedError) Unwrap() error { return e.Err }

// stopped is an error from outside the device. The state after the last step is sound.
type stopped struct{ cause error }

func (s stopped) Error() string { return s.cause.Error() }

// Run trains up to step p.Steps. It returns these errors:
//
//   - ctx's error, if ctx ends. Run finishes the steps that it has begun, which take
//     10 ms or are a single one, and saves the state.
//   - the error of the data set or of a function of p. Run saves the state before.
//   - an *UnsavedError, if the state could not be saved in one of these cases.
//   - a *NonFiniteError, if a step computes a NaN or an infinity. No state that holds one is
//     saved.
//   - a *StoppedRankError, if another rank stopped. Run saves the state before.
//   - the error of p.Ranks, if another rank is missing. Run saves the state before, if none of its
//     device's exchanges failed.
//   - an error of the device. Nothing can be saved then.
//
// All goroutines that Run starts end before it returns. Memory that it allocates on the device is
// free only after the device is closed.
func (t *Trainer) Run(ctx context.Context, p RunOptions) error {
	if err := t.feed.start(ctx, t.step, p); err != nil {
		return err
	}
	defer t.feed.stop()
	err := t.steps(ctx, p)
	s, sound := errors.AsType[stopped](err)
	if !sound {
		return err
	}
	if !t.saved {
		if err := t.save(p); err != nil {
			return &UnsavedError{t.step, s.cause, err}
		}
	}
	return s.cause
}

// steps does the work of Run, except the save of a run that stops early.
func (t *Trainer) steps(ctx context.Context, p RunOptions) error {
	measured, since := t.step, time.Now()
	pace := unasked // the time of a step
	var halt error  // what this rank stops for, before the next step
	for t.step < p.Steps {
		began := time.Now()
		halt = cmp.Or(halt, ctx.Err())
		asked := p.SaveNow != nil && p.SaveNow()
		n := p.untilPause(t.step, int(unasked/max(pace, time.Microsecond)))
		if halt == nil {
			var err error
			if n, err = t.feed.next(ctx, n); err != nil {
				// If ctx has ended, the error of the feed is a consequence.
				halt = cmp.Or(ctx.Err(), err)
			}
		}
		n, asked, err := p.agree(n, asked, reasonOf(ctx, halt))
		if halt = cmp.Or(halt, err); halt != nil {
			break
		}
		if err := t.train.RunMany(n); err != nil {
			return err
		}
		t.step, t.saved = t.step+uint32(n), false
		display, measure := p.Displays(t.step), every(t.step, p.MeasureEvery)
		if p.pauses(t.step) {
			err := t.progress(p)
			if s, ok := errors.AsType[stopped](err); ok {
				halt = s.cause // the run ends after the metrics of this step
			} else if err != nil {
				return err
			}
		}
		took := time.Since(began)
		t.seconds, pace = t.seconds+took.Seconds(), took/time.Duration(n)
		if display || measure {
			m, err := t.Measure()
			if err != nil {
				return err
			}
			images := float64(t.step-measured) * float64(t.game.config.DisSteps*t.game.config.BatchSize)
			m.ImagesPerSecond = images / time.Since(since).Seconds()
			halt = cmp.Or(p.tell(m, display), halt)
			measured, since = t.step, time.Now()
		}
		if halt != nil {
			continue
		}
		evaluate := p.Evaluate != nil && p.Evaluates(t.step)
		if asked || evaluate || p.due(t.step, p.SaveEvery) {
			if err := t.save(p); err != nil {
				return t.fail(p, err)
			}
		}
		if evaluate {
			began := time.Now()
			halt = p.Evaluate(t.step)
			since = since.Add(time.Since(began))
		}
	}
	if halt != nil {
		return stopped{halt}
	}
	return nil
}

// tell passes the metrics of a step to Measured and Display.
func (p RunOptions) tell(m Metrics, display bool) error {
	if p.Measured != nil {
		if err := p.Measured(m); err != nil {
			return err
		}
	}
	if p.Display != nil && display {
		return p.Display(m)
	}
	return nil
}

// progress waits for the step, checks its health and reports its losses.
func (t *Trainer) progress(p RunOptions) error {
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
	m := metricsOf(t.step, s, t.game.config)
	if err := p.Progress(Metrics{Step: m.Step, GLoss: m.GLoss, DLoss: m.DLoss, Penalty: m.Penalty, Convergence: m.Convergence}); err != nil {
		return stopped{err}
	}
	return nil
}

// save passes the state to p.Save. It returns a *NonFiniteError instead if the state holds a NaN
// or an infinity.
func (t *Trainer) save(p RunOptions) error {
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
	if err := p.Save(s); err != nil {
		return err
	}
	t.saved = true
	return nil
}
