package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// RunOptions says how far Run goes and which functions it calls on the way. A nil function is
// not called. An error of one ends the run.
type RunOptions struct {
	Steps        uint32 // the step to stop after
	DisplayEvery uint32 // steps; the first and the last are displayed too
	SaveEvery    uint32 // steps; the last, and one that is interrupted, are saved too
	// Progress is called now and then with both losses of the step just done.
	Progress func(step uint32, gLoss, dLoss float64) error
	// Measured is called with the metrics of every MeasureEvery-th step, 0 for none, and
	// of each display step.
	MeasureEvery uint32
	Measured     func(Metrics) error
	// Display is called with the metrics of each display step, after Measured.
	Display func(Metrics) error
	Save    func(*State) error
	// Evaluate is called every EvaluateEvery steps, 0 for never, and after the last,
	// once the state is saved. Its time is not spent training; it may Draw.
	EvaluateEvery uint32
	Evaluate      func(step uint32) error
	// Readers and Queue are dataset.LoaderOptions' for a set that is not in memory.
	Readers, Queue int
}

// Displays tells whether step is a display step.
func (p RunOptions) Displays(step uint32) bool { return step == 1 || p.due(step, p.DisplayEvery) }

// Evaluates tells whether the checkpoint of step is evaluated.
func (p RunOptions) Evaluates(step uint32) bool {
	return p.EvaluateEvery > 0 && step > 0 && p.due(step, p.EvaluateEvery)
}

// due tells whether what is done every n steps, and at the last, is done after step.
func (p RunOptions) due(step, n uint32) bool { return step == p.Steps || every(step, n) }

func every(step, n uint32) bool { return n > 0 && step%n == 0 }

// progressEvery is how many steps pass between looks at the losses and at health.
const progressEvery = 50

// UnsavedError ends a run whose state could not be saved when it stopped.
type UnsavedError struct {
	Step  uint32
	Cause error // why the run stopped: the context's error, or another
	Err   error // why the state is not saved
}

func (e *UnsavedError) Error() string {
	if errors.Is(e.Cause, context.Canceled) {
		return fmt.Sprintf("interrupted at step %d, which is not saved: %v", e.Step, e.Err)
	}
	return fmt.Sprintf("%v; and step %d is not saved: %v", e.Cause, e.Step, e.Err)
}

// Unwrap gives the error of saving alone: a run that lost its state must not be taken for
// one that was merely interrupted.
func (e *UnsavedError) Unwrap() error { return e.Err }

// stopped is an error from outside the device: the state after the last step is sound.
type stopped struct{ cause error }

func (s stopped) Error() string { return s.cause.Error() }

// Run trains up to step p.Steps. When ctx ends, it finishes the step under way, saves
// and returns ctx's error. When the data can no longer be read, or a function of the plan
// fails, it saves as well and returns that error. It returns an *UnsavedError where this
// save fails. A NaN or an infinity ends the run with a *NonFiniteError; nothing that
// holds one is saved. After an error of the device nothing can be saved.
//
// Memory on the device goes with the device; all goroutines end with Run.
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

// steps is Run without the save of a run that stops early.
func (t *Trainer) steps(ctx context.Context, p RunOptions) error {
	measured, since := t.step, time.Now()
	for t.step < p.Steps {
		began := time.Now()
		if err := ctx.Err(); err != nil {
			return stopped{err}
		}
		if err := t.feed.next(ctx); err != nil {
			// Where ctx has ended, the feed's error is a consequence of it.
			return stopped{cmp.Or(ctx.Err(), err)}
		}
		if err := t.train.Run(); err != nil {
			return err
		}
		t.step, t.saved = t.step+1, false
		display, measure := p.Displays(t.step), every(t.step, p.MeasureEvery)
		evaluate := p.Evaluate != nil && p.Evaluates(t.step)
		save := evaluate || p.due(t.step, p.SaveEvery)
		var halt error // of Progress: the step is noted first
		if display || measure || save || every(t.step, progressEvery) {
			if err := t.progress(p); errors.As(err, new(stopped)) {
				halt = err
			} else if err != nil {
				return err
			}
		}
		t.seconds += time.Since(began).Seconds()
		if display || measure {
			m, err := t.Measure()
			if err != nil {
				return err
			}
			images := float64(t.step-measured) * float64(t.game.config.DisSteps*t.game.config.BatchSize)
			m.ImagesPerSecond = images / time.Since(since).Seconds()
			if err := p.tell(m, display); err != nil {
				return stopped{err}
			}
			measured, since = t.step, time.Now()
		}
		if halt != nil {
			return halt
		}
		if save {
			if err := t.save(p); err != nil {
				return err
			}
		}
		if evaluate {
			began := time.Now()
			if err := p.Evaluate(t.step); err != nil {
				return stopped{err}
			}
			since = since.Add(time.Since(began))
		}
	}
	return nil
}

// tell hands on the metrics of a step that was measured.
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

// progress waits for the step, looks at its health and tells its losses.
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
	m := metricsOf(t.step, s, t.game.loss.notProbability)
	if err := p.Progress(t.step, m.GLoss, m.DLoss); err != nil {
		return stopped{err}
	}
	return nil
}

// save hands the state to p.Save, unless it holds a NaN or an infinity.
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
