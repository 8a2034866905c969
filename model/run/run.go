// Package run does a training run: its folder, settings, history, checkpoints and evaluations,
// and the diagnosis of what goes wrong. A terminal or a web page follows a run as an Observer.
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

	"gorgan/kernels"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
)

// Observer follows a run. Training.Run calls its methods on its own goroutine. If one returns an
// error, the run saves its state and ends.
type Observer interface {
	// Progress gets the losses of the newest step, from time to time: see model.RunOptions.
	Progress(newest model.Metrics) error
	// Measured gets the metrics of each line of MetricsFile.
	Measured(m model.Metrics) error
	// Displayed gets the metrics of each display step, after Measured.
	Displayed(m model.Metrics) error
	// Evaluating gets the progress of an evaluation of the state after step.
	Evaluating(step uint32, stage string)
	// Evaluated gets an evaluation and its line of text.
	Evaluated(e *Evaluation, line string) error
	// Saved gets the step of each checkpoint once it is on the disk.
	Saved(step uint32)
	// Warned gets a warning once for each way in which the run fails.
	Warned(text string)
}

// Training does the steps of a run, from the trainer's present step to the last.
type Training struct {
	Settings
	Folder    *Folder
	Trainer   *model.Trainer
	Evaluator *evaluate.Evaluator // nil for none
	Observers []Observer
	// EvaluateFirst means that the first state must be evaluated before the run starts.
	EvaluateFirst bool
	// Readers, Queue, SaveNow and Ranks are those of model.RunOptions.
	Readers, Queue int
	SaveNow        func() bool
	Ranks          kernels.Group

	diagnosis diagnosis
}

// LostError ends a run whose folder was renamed, removed or replaced.
type LostError struct{ error }

func (e LostError) Unwrap() error { return e.error }

// CollapseError ends a run of Settings.StopOnCollapse.
type CollapseError string

func (e CollapseError) Error() string { return string(e) }

// Run trains to the last step. It returns the errors of model.Trainer.Run, of the observers and of
// the files of the run. It returns a CollapseError if Settings.StopOnCollapse asks for it, and a
// LostError if the folder is gone. It is for one call.
func (t *Training) Run(ctx context.Context) error {
	if err := t.Folder.unsummarize(); err != nil {
		return err
	}
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

// lost returns the error of a run whose folder is gone. The run ended with err, or reached its
// last step.
func lost(gone error, step uint32, err error) error {
	if errors.As(err, new(*GoneError)) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, context.Canceled) {
		err = nil // gone says it
	}
	return LostError{errors.Join(err, fmt.Errorf("%w; the run was at step %d", gone, step))}
}

// recall gives the diagnosis the earlier metrics and evaluations, so that a resume does not
// repeat their warnings.
func (t *Training) recall() {
	t.diagnosis, _ = replay(t.Settings, t.Folder.measured.Noted, t.Folder.evaluated.Noted)
}

func (t *Training) train(ctx context.Context) error {
	if t.EvaluateFirst {
		if err := t.evaluate(ctx, t.Trainer.Step()); err != nil {
			return err
		}
	}
	p := t.RunOptions()
	p.Readers, p.Queue, p.SaveNow, p.Ranks = t.Readers, t.Queue, t.SaveNow, t.Ranks
	p.Progress = func(newest model.Metrics) error {
		return t.tell(func(o Observer) error { return o.Progress(newest) })
	}
	p.Measured, p.Display, p.Save = t.measure, t.display, t.save
	p.Evaluate = func(step uint32) error { return t.evaluate(ctx, step) }
	return t.Trainer.Run(ctx, p)
}

// tell calls f with each observer until one returns an error.
func (t *Training) tell(f func(o Observer) error) error {
	for _, o := range t.Observers {
		if err := f(o); err != nil {
			return err
		}
	}
	return nil
}

// warn passes a warning to the observers, unless it is empty.
func (t *Training) warn(text string) {
	if text == "" {
		return
	}
	for _, o := range t.Observers {
		o.Warned(text)
	}
}

// measure adds a line to the metrics.
func (t *Training) measure(m model.Metrics) error {
	if err := t.Folder.measure(m); err != nil {
		return err
	}
	return t.tell(func(o Observer) error { return o.Measured(m) })
}

// save writes a checkpoint.
func (t *Training) save(s *model.State) error {
	if err := t.Folder.save(s); err != nil {
		return err
	}
	for _, o := range t.Observers {
		o.Saved(s.Step)
	}
	return nil
}

// display draws the pictures of a display step.
func (t *Training) display(m model.Metrics) error {
	if err := t.tell(func(o Observer) error { return o.Displayed(m) }); err != nil {
		return err
	}
	t.warn(t.diagnosis.displayed(m))
	return t.Folder.display(m, t.Trainer)
}

// evaluate measures the generator after step, whose state is saved.
func (t *Training) evaluate(ctx context.Context, step uint32) error {
	stage := func(what string) {
		for _, o := range t.Observers {
			o.Evaluating(step, what)
		}
	}
	fakes := picture.Of(t.Trainer.Config(), picture.SeedsFrom(0, t.EvaluateCount), t.Trainer.Sample)
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
	state, err := t.Trainer.State()
	if err != nil {
		return err
	}
	if err := t.Folder.record(e, state, best); err != nil {
		return err
	}
	if err := t.tell(func(o Observer) error { return o.Evaluated(&e, t.evaluated(&e, best)) }); err != nil {
		return err
	}
	f, _ := t.Decisive(&e)
	t.warn(t.diagnosis.evaluated(&e, f))
	if t.StopOnCollapse && t.diagnosis.collapsed.holds {
		return t.collapsed(&e)
	}
	return nil
}

func (t *Training) collapsed(e *Evaluation) error {
	text := fmt.Sprintf("the generator has collapsed at step %d, which is saved: %s", e.Step, e.Collapse())
	if best := t.Folder.best; best != nil {
		f, _ := t.Decisive(best)
		text += fmt.Sprintf("; the best checkpoint is %s, of step %d with a %s of %.4g", t.Folder.Path(BestFile), best.Step, f.Name, f.Value)
	}
	return CollapseError(text)
}
