package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"gorgan/kernels/device"
	"gorgan/kernels/plan"
	"gorgan/model"
	"gorgan/model/run"
)

// session is a run that is open for training: its settings, its folder, and the step that it has
// reached.
type session struct {
	run.Settings
	own    run.Settings // as the folder of the run to resume has them
	folder *run.Folder  // locked; nil until a new run has one
	state  *model.State // it goes on from here; nil at step 0
	owed   bool         // the checkpoint it goes on from was to be evaluated, and was not
	from   *model.State // with whose weights it begins; nil for none
	plan   *plan.Plan   // by which it computed on a GPU; nil if it has none
}

// newSession begins a run, or opens the one to resume. The caller must close the session.
func newSession(ui *ui, o trainOptions) (*session, error) {
	if o.resume == "" {
		return beginSession(ui, o)
	}
	s := &session{}
	if err := s.goOnWith(ui, o); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// beginSession returns the session of a new run. Its method open makes the folder of the run.
func beginSession(ui *ui, o trainOptions) (*session, error) {
	level, err := device.CPULevel()
	if err != nil {
		return nil, usageError{err}
	}
	if o.out != "" {
		if err := run.CheckNew(o.out); err != nil { // before the data are read
			return nil, err
		}
	}
	s := &session{Settings: o.flags}
	s.Began = run.Origin{Version: version(), Command: o.command, Instructions: level, Date: time.Now().Format(time.RFC3339)}
	s.MeasureEvery = max(1, s.Steps/run.CurvePoints)
	return s, s.begin(ui, o.from)
}

// goOnWith opens the run to resume. The flags can replace some of its settings.
func (s *session) goOnWith(ui *ui, o trainOptions) error {
	if err := s.resume(ui, o.resume); err != nil {
		return err
	}
	s.own = s.Settings
	s.Settings = o.over(s.Settings)
	if d := s.Model.Differences(s.own.Model); len(d) > 0 {
		return usageError{fmt.Errorf("%s: a run goes on with the settings it began with, and %s; to change that, begin a new run with --config RUN/config.json", o.by(), strings.Join(d, "; "))}
	}
	if err := o.validate(s.Settings); err != nil {
		return err
	}
	if o.from != "" && o.from != s.InitialModel {
		return usageError{fmt.Errorf("--continue: a run goes on with the weights that it began with, and from is %s, was %s; to change that, begin a new run", nearby(o.from), cmp.Or(nearby(s.InitialModel), "none"))}
	}
	if s.state == nil {
		return s.begin(ui, s.InitialModel)
	}
	done := s.folder.Evaluations()
	s.owed = s.RunOptions().Evaluates(s.state.Step) && (len(done) == 0 || done[len(done)-1].Step < s.state.Step)
	return nil
}

// resume takes the settings and the state of the run that path names: its folder, or a
// checkpoint in it.
func (s *session) resume(ui *ui, path string) error {
	dir := path
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(path) != run.BestFile {
		return fmt.Errorf("--resume: %s is not a run nor a checkpoint: %w", path, err.(*fs.PathError).Err)
	}
	if err != nil {
		_, err := run.CheckpointPath(path) // which knows why there is no best
		return err
	}
	if !info.IsDir() {
		dir = filepath.Dir(path)
	}
	if _, err := os.Stat(filepath.Join(dir, run.SettingsFile)); err != nil {
		return fmt.Errorf("--resume: %s is not a run: %w", dir, err)
	}
	if s.folder, err = run.Open(dir); err != nil {
		return err
	}
	if s.Settings, err = run.ReadSettings(dir); err != nil {
		return err
	}
	if s.plan, err = run.ReadPlan(dir); err != nil {
		return err
	}
	if path == dir && s.folder.Unsaved() {
		ui.note("%s has no checkpoint yet: the run begins again at step 0", dir)
	} else if _, s.state, err = run.LoadModel(path); err != nil {
		if d, ok := errors.AsType[*run.DamagedError](err); ok {
			err = fmt.Errorf("%w; go on from it with: %s", err, ui.command("train", "--resume", d.Whole))
		}
		return err
	} else {
		ui.sayConverted(path, s.state)
		if d := s.Model.Differences(s.state.Config); len(d) > 0 {
			ui.note("%s: the checkpoint's settings are taken, of which these differ: %s", filepath.Join(dir, run.SettingsFile), strings.Join(d, "; "))
		}
		s.Model = s.state.Config
	}
	return s.folder.Read(s.step())
}

// open makes the run's folder, or takes trainer and folder to the step of the checkpoint.
func (s *session) open(ui *ui, t *model.Trainer, o trainOptions) (err error) {
	if s.folder == nil {
		s.folder, err = run.Create(o.out, run.Name(s.Data, path.Base(cmp.Or(o.preset, s.Model.Loss))), s.Settings)
		return err
	}
	if s.state != nil {
		if err := t.Restore(s.state, s.folder.Seconds()); err != nil {
			return err
		}
	}
	return s.goOn(ui)
}

// keepPlan says by what dev computes the run's products, and writes the plan to the run's folder. The CPU
// has no plan: a plan that the folder has stays as it is, for when the run goes on on a GPU again. given
// says that the user asked for a plan.
func (s *session) keepPlan(ui *ui, dev device.Device, given bool) error {
	p, ok := sayPlan(ui, dev)
	if !ok {
		return nil
	}
	switch {
	case s.plan != nil && given && s.plan.GPU.Suits(p.GPU):
		ui.note("--plan has no effect: the run goes on by its own, %s", s.folder.Path(run.PlanFile))
	case s.plan == nil && s.state != nil && !given:
		ui.note("the run had no plan up to step %d; if it was on a GPU by then, it goes on as it was with --plan none", s.state.Step)
	}
	return s.folder.WritePlan(p)
}

// goOn takes the run's folder to the step of the checkpoint.
func (s *session) goOn(ui *ui) error {
	notes, err := s.folder.Resume(s.Settings, s.step())
	for _, note := range notes {
		ui.note("%s", note)
	}
	return err
}

// step returns the step that the run has reached.
func (s *session) step() uint32 {
	if s.state == nil {
		return 0
	}
	return s.state.Step
}

// close releases the run's folder.
func (s *session) close() error {
	if s.folder == nil {
		return nil
	}
	return s.folder.Close()
}
