package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"gorgan/model"
	"gorgan/model/run"
)

// interrupted is context.Canceled with a message for people.
type interrupted string

func (i interrupted) Error() string { return string(i) }
func (i interrupted) Unwrap() error { return context.Canceled }

// notBegun is the error of a command that was interrupted before it trained, for example while
// it read the data.
func (s *session) notBegun(ui *ui) error {
	if s.folder == nil {
		return interrupted("interrupted before step 1; nothing was saved")
	}
	return interrupted(fmt.Sprintf("interrupted before step %d; the run is as it was; go on with: %s", s.step()+1, ui.command("train", "--resume", s.folder.Dir)))
}

// errTimeOver is the cause of a context that ends with the time of --for.
var errTimeOver = fmt.Errorf("the time of --for is over: %w", model.ErrPlanned)

// timeLimit returns a context that ends with the cause errTimeOver so long after began, or with ctx. A limit of 0 is
// none. The caller must call end.
func timeLimit(ctx context.Context, began time.Time, limit time.Duration) (limited context.Context, end func()) {
	if limit == 0 {
		return ctx, func() {}
	}
	limited, cancel := context.WithCancelCause(ctx)
	left := time.Until(began.Add(limit))
	if left <= 0 { // a timer could let a step pass
		cancel(errTimeOver)
	}
	timer := time.AfterFunc(left, func() { cancel(errTimeOver) })
	return limited, func() { timer.Stop(); cancel(nil) }
}

// hasCollapsed returns the error of a run that stopped on collapse, and that the same command is to go on with. Else
// each start of a job that is queued again would train up to the next evaluation. A run that came to --steps before it
// collapsed has done what was asked: so a rung of successive halving comes to the same when the sweep goes on.
func (s *session) hasCollapsed(o trainOptions) error {
	if !o.continues || s.state == nil || !s.StopOnCollapse {
		return nil
	}
	sum, err := run.ReadSummary(s.folder.Dir)
	if err != nil || sum == nil || sum.Ended != run.Collapsed || sum.Step != s.state.Step || sum.Step > s.Steps {
		return err
	}
	return run.CollapseError(fmt.Sprintf("the generator of %s has collapsed at step %d: nothing is left to do; --resume %[1]s trains on all the same", s.folder.Dir, sum.Step))
}

// ended returns the error of a run that ended early, and says what to do. It returns nil if the run ended because its
// time was over.
func (s *session) ended(ctx context.Context, ui *ui, t *model.Trainer, device string, err error) error {
	if errors.As(err, new(run.LostError)) {
		return err
	}
	if how := endingOf(err); how != "" {
		over := errors.Is(context.Cause(ctx), errTimeOver)
		switch {
		case how == run.Interrupted && over && t.Step() == s.step():
			err = fmt.Errorf("the time of --for was over before step %d: reading and preparing took all of it; give it more", t.Step()+1)
		case how == run.Interrupted && over:
			ui.note("the time of --for is over at step %d, which is saved; go on with: %s", t.Step(), ui.command("train", "--resume", s.folder.Dir))
			err = nil
		case how == run.Interrupted:
			who := ""
			if other, ok := errors.AsType[*model.StoppedRankError](err); ok {
				who = other.Error() + ": "
			}
			err = interrupted(fmt.Sprintf("%sinterrupted at step %d, which is saved; go on with: %s", who, t.Step(), ui.command("train", "--resume", s.folder.Dir)))
		}
		if failed := s.summarize(t, how, device); failed != nil {
			return errors.Join(err, failed)
		}
		return err
	}
	if file, e := run.CheckpointPath(s.folder.Dir); e == nil {
		ui.note("the last good checkpoint is %s", file)
		if _, e := os.Stat(s.folder.Path(run.SettingsFile)); errors.Is(e, fs.ErrNotExist) {
			ui.note("%s is gone, without which the run does not go on: put it back", s.folder.Path(run.SettingsFile))
		} else if !errors.As(err, new(*model.NonFiniteError)) { // which would come again
			ui.note("go on from it with: %s", ui.command("train", "--resume", s.folder.Dir))
		}
	}
	return err
}

// summarize writes the summary of a run that ended.
func (s *session) summarize(t *model.Trainer, how run.Ending, device string) error {
	state, err := t.State()
	if err != nil {
		return err
	}
	return s.folder.Summarize(s.Settings, state, how, device, version())
}

// endingOf returns the ending of a run whose state is saved although it ended with err, or "" if
// the run failed.
func endingOf(err error) run.Ending {
	switch {
	case errors.As(err, new(run.CollapseError)):
		return run.Collapsed
	case errors.Is(err, context.Canceled):
		return run.Interrupted
	}
	return ""
}

// timeSpent describes how long training took and how fast it was. The speed is that of the noted
// steps, which are not all steps if a crash has lost lines. It returns "" if the time is too short.
func timeSpent(noted []model.Metrics) string {
	if len(noted) == 0 {
		return ""
	}
	first, last := noted[0], noted[len(noted)-1]
	if last.Seconds <= first.Seconds {
		return ""
	}
	spent, unit := time.Duration(last.Seconds*float64(time.Second)), 100*time.Millisecond
	for unit > spent && unit > 1 { // else the time would be 0
		unit /= 10
	}
	return fmt.Sprintf("%s of training, %.0f steps a second", spent.Round(unit), float64(last.Step-first.Step)/(last.Seconds-first.Seconds))
}

// finish says what a run that came to its last step leaves.
func (s *session) finish(ui *ui, t *model.Trainer, device string) error {
	state, err := t.State()
	if err != nil {
		return err
	}
	if err := s.folder.Summarize(s.Settings, state, run.Finished, device, version()); err != nil {
		return err
	}
	ui.say("optimization finished")
	ui.note("weights: %s", state.WeightHash())
	if spent := timeSpent(s.folder.Metrics()); spent != "" {
		ui.note("time: %s", spent)
	}
	ui.note("picture: %s", s.folder.Path(fmt.Sprintf(run.FakesFile, state.Step)))
	if best := s.folder.Best(); best != nil {
		ui.note("best: step %d, %s", best.Step, s.folder.Path(run.BestFile))
	}
	ui.note("draw more with: %s", ui.command("generate", "--model", s.folder.Dir))
	return nil
}
