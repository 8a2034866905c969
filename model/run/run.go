// Package run is a training run: its folder, settings, history and checkpoints, its
// evaluations, and the diagnosis of what goes wrong. Whoever wants to follow a run, a
// terminal or a web page, is an Observer.
//
//	folder, err := run.Create("", run.Name(settings.Data, settings.Model.Loss), settings)
//	...
//	err = folder.Begin(trainer, set)
//	...
//	training := run.Training{Settings: settings, Folder: folder, Trainer: trainer, Observers: observers}
//	err = training.Run(ctx)
package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
)

// Observer is told of a run while it trains, on the goroutine of Training.Run. An error ends
// the run, which saves its state first.
type Observer interface {
	// Progress is told the losses of a step just done, now and then.
	Progress(step uint32, gLoss, dLoss float64) error
	// Displayed is told the metrics of each display step.
	Displayed(m model.Metrics) error
	// Evaluating is told what an evaluation of the state after step does now.
	Evaluating(step uint32, stage string)
	// Evaluated is told an evaluation and its line of text.
	Evaluated(e *Evaluation, line string) error
	// Warned is told once of each way in which the run fails.
	Warned(text string)
}

// Training takes a run from where its trainer stands to its last step.
type Training struct {
	Settings
	Folder    *Folder
	Trainer   *model.Trainer
	Evaluator *evaluate.Evaluator // nil for none
	Observers []Observer
	// Owed tells that the state the run begins with is to be evaluated first.
	Owed bool
	// Readers and Queue are model.Plan's.
	Readers, Queue int

	diagnosis diagnosis
}

// LostError ends a run whose folder was renamed, removed or replaced.
type LostError struct{ error }

func (e LostError) Unwrap() error { return e.error }

// CollapseError ends a run of Settings.StopOnCollapse.
type CollapseError string

func (e CollapseError) Error() string { return string(e) }

// Run trains to the last step. It returns model.Trainer.Run's errors, a CollapseError, or a
// LostError.
func (t *Training) Run(ctx context.Context) error {
	t.recall()
	err := t.train(ctx)
	if gone := t.Folder.here(); gone != nil {
		return lost(gone, t.Trainer.Step(), err)
	}
	if plotted := t.Folder.plot.flush(t.Folder.measured.Noted); plotted != nil {
		if err == nil {
			return plotted
		}
		t.warn(plotted.Error())
	}
	return err
}

// lost is the error of a run that ended with err, or came to its last step, and whose folder
// is gone.
func lost(gone error, step uint32, err error) error {
	if errors.As(err, new(*GoneError)) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, context.Canceled) {
		err = nil // gone says it
	}
	return LostError{errors.Join(err, fmt.Errorf("%w; the run was at step %d", gone, step))}
}

// recall diagnoses what is noted: what was found out before a resume is not told again.
func (t *Training) recall() {
	t.diagnosis = diagnosis{config: t.Model}
	for _, m := range t.Folder.measured.Noted {
		if t.Plan().Displays(m.Step) {
			t.diagnosis.displayed(m)
		}
	}
	for _, e := range t.Folder.evaluated.Noted {
		t.diagnose(&e)
	}
}

func (t *Training) train(ctx context.Context) error {
	if t.Owed {
		if err := t.evaluate(ctx, t.Trainer.Step()); err != nil {
			return err
		}
	}
	p := t.Plan()
	p.Readers, p.Queue = t.Readers, t.Queue
	p.Progress = func(step uint32, gLoss, dLoss float64) error {
		return t.tell(func(o Observer) error { return o.Progress(step, gLoss, dLoss) })
	}
	p.Measured, p.Display, p.Save = t.Folder.measure, t.display, t.Folder.save
	p.Evaluate = func(step uint32) error { return t.evaluate(ctx, step) }
	return t.Trainer.Run(ctx, p)
}

// tell calls f with each observer, up to the first error.
func (t *Training) tell(f func(o Observer) error) error {
	for _, o := range t.Observers {
		if err := f(o); err != nil {
			return err
		}
	}
	return nil
}

// warn tells of a warning that is not empty.
func (t *Training) warn(text string) {
	if text == "" {
		return
	}
	for _, o := range t.Observers {
		o.Warned(text)
	}
}

// display draws the pictures of a display step.
func (t *Training) display(m model.Metrics) error {
	if err := t.tell(func(o Observer) error { return o.Displayed(m) }); err != nil {
		return err
	}
	t.warn(t.diagnosis.displayed(m))
	return t.Folder.display(m, t.Trainer)
}

// evaluate measures the generator as it is after step, which is saved.
func (t *Training) evaluate(ctx context.Context, step uint32) error {
	stage := func(what string) {
		for _, o := range t.Observers {
			o.Evaluating(step, what)
		}
	}
	fakes := picture.Of(t.Trainer.Config(), picture.SeedsFrom(0, t.EvaluateCount), t.Trainer.Draw)
	values, err := fakes.Values(ctx, func() { stage("drawing") })
	if err != nil {
		return err
	}
	measure := t.Evaluator.Run
	if t.Model.Stack > 1 {
		measure = t.Evaluator.RunStacked
	}
	samples := evaluate.Samples{Source: fmt.Sprintf(CheckpointFile+", step %d", step, step), Values: values}
	report, err := measure(ctx, samples, func(what string, _, _ int) { stage(what) })
	if err != nil {
		return err
	}
	e := Evaluation{step, *report}
	best := t.better(&e, t.Folder.best)
	if err := t.Folder.record(e, best); err != nil {
		return err
	}
	if err := t.tell(func(o Observer) error { return o.Evaluated(&e, t.evaluated(&e, best)) }); err != nil {
		return err
	}
	t.warn(t.diagnose(&e))
	if t.StopOnCollapse && t.diagnosis.collapsed.holds {
		return t.collapsed(&e)
	}
	return nil
}

// diagnose returns a warning where an evaluation gives reason for one.
func (t *Training) diagnose(e *Evaluation) string {
	f, _ := t.Decisive(e)
	return t.diagnosis.evaluated(e, f)
}

func (t *Training) collapsed(e *Evaluation) error {
	text := fmt.Sprintf("the generator has collapsed at step %d, which is saved: %s", e.Step, e.Collapse())
	if best := t.Folder.best; best != nil {
		f, _ := t.Decisive(best)
		text += fmt.Sprintf("; the best checkpoint is %s, of step %d with a %s of %.4g", t.Folder.Path(BestFile), best.Step, f.Name, f.Value)
	}
	return CollapseError(text)
}
