package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/picture"
	"gorgan/model/run"
)

// plan is what a train command does: the run's settings, and the step that it has reached.
type plan struct {
	run.Settings
	out    string       // the new run's folder, empty for a numbered one
	folder *run.Folder  // of the run to go on with, locked; nil for a new run
	state  *model.State // it goes on from here; nil at step 0
	owed   bool         // the checkpoint it goes on from was to be evaluated, and was not

	classesOfData bool // the nets are told as many classes as the data have
}

// newPlan reads the flags of a new run or of a resumed one. The caller must close the plan.
func newPlan(ui *ui, c *cli.Context) (*plan, error) {
	classesOfData, err := applyPreset(ui, c)
	if err != nil {
		return nil, err
	}
	p := &plan{out: c.String("out"), classesOfData: classesOfData}
	if err := p.make(ui, c); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *plan) make(ui *ui, c *cli.Context) error {
	if resume := c.String("resume"); resume != "" {
		if c.IsSet("out") {
			return usageError{errors.New("--out and --resume exclude each other: a run goes on in its own folder")}
		}
		if err := p.resume(ui, resume); err != nil {
			return err
		}
	} else {
		p.Model = model.Default()
		level, err := device.CPULevel()
		if err != nil {
			return usageError{err}
		}
		p.Began = run.Origin{Version: version(), Command: os.Args[1:], Instructions: level, Date: time.Now().Format(time.RFC3339)}
	}
	began := p.Model
	if err := p.apply(c); err != nil {
		return err
	}
	if q := c.Int("queue"); q < 1 || q > 1<<16 {
		return usageError{fmt.Errorf("--queue is %d, want 1 to 65536", q)}
	}
	if p.folder == nil {
		p.MeasureEvery = max(1, p.Steps/run.CurvePoints)
		return nil
	}
	if d := p.Model.Differences(began); len(d) > 0 {
		return usageError{fmt.Errorf("--resume: a run goes on with the settings it began with, and %s", strings.Join(d, "; "))}
	}
	if p.state != nil {
		done := p.folder.Evaluations()
		p.owed = p.RunOptions().Evaluates(p.state.Step) && (len(done) == 0 || done[len(done)-1].Step < p.state.Step)
	}
	return nil
}

// resume takes the settings and the state of the run that path names: its folder, or a
// checkpoint in it.
func (p *plan) resume(ui *ui, path string) error {
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
	if p.folder, err = run.Open(dir); err != nil {
		return err
	}
	if p.Settings, err = run.ReadSettings(dir); err != nil {
		return err
	}
	if path == dir && p.folder.Unsaved() {
		ui.note("%s has no checkpoint yet: the run begins again at step 0", dir)
	} else if _, p.state, err = run.LoadModel(path); err != nil {
		if d, ok := errors.AsType[*run.DamagedError](err); ok {
			err = fmt.Errorf("%w; go on from it with: %s", err, ui.command("train", "--resume", d.Whole))
		}
		return err
	} else {
		if d := p.Model.Differences(p.state.Config); len(d) > 0 {
			ui.note("%s: the checkpoint's settings are taken, of which these differ: %s", filepath.Join(dir, run.SettingsFile), strings.Join(d, "; "))
		}
		p.Model = p.state.Config
	}
	return p.folder.Read(p.step())
}

// step returns the step that the run has reached.
func (p *plan) step() uint32 {
	if p.state == nil {
		return 0
	}
	return p.state.Step
}

// close releases the run's folder.
func (p *plan) close() error {
	if p.folder == nil {
		return nil
	}
	return p.folder.Close()
}

// apply sets what the flags say. For a resumed run it sets only the flags that are given.
func (p *plan) apply(c *cli.Context) error {
	given := func(name string) bool { return p.folder == nil || c.IsSet(name) }
	if given("data") {
		var err error
		if p.Data, err = resolved(c.String("data")); err != nil {
			return err
		}
	}
	if given("resize") {
		p.Resize = c.String("resize")
	}
	if given("images") {
		p.Images = c.Int("images")
	}
	if given("device") {
		p.Device = c.String("device")
	}
	if given("keep") {
		p.Keep = c.Int("keep")
	}
	for name, to := range map[string]*uint32{
		"steps": &p.Steps, "display-every": &p.DisplayEvery, "save-every": &p.SaveEvery, "evaluate-every": &p.EvaluateEvery,
	} {
		if given(name) {
			n := c.Uint(name)
			if n > math.MaxUint32 {
				return usageError{fmt.Errorf("--%s is %d, want at most 2^32-1", name, n)}
			}
			*to = uint32(n)
		}
	}
	if p.EvaluateEvery == 0 {
		for _, name := range []string{"evaluate-count", "evaluate-metric", "stop-on-collapse"} {
			if c.IsSet(name) {
				return usageError{fmt.Errorf("--%s has no effect without --evaluate-every", name)}
			}
		}
		p.StopOnCollapse = false
	} else if given("stop-on-collapse") {
		p.StopOnCollapse = c.Bool("stop-on-collapse")
	}
	if c.IsSet("evaluate-count") {
		if p.EvaluateCount = c.Int("evaluate-count"); p.EvaluateCount == 0 {
			return usageError{fmt.Errorf("--evaluate-count is 0, want %d to %d", run.LeastEvaluated, picture.MaxImages)}
		}
	}
	if c.IsSet("evaluate-metric") {
		p.EvaluateMetric = c.String("evaluate-metric")
	}
	if err := applyFlags(c, &p.Model, p.folder == nil); err != nil {
		return err
	}
	var err error
	if p.Model.Loss, err = model.LossNamed(p.Model.Loss); err != nil {
		return usageError{err}
	}
	if err := p.Validate(func(key string) string { return "--" + strings.ReplaceAll(key, "_", "-") }); err != nil {
		return usageError{err}
	}
	return nil
}

// resolved returns a source of images as config.json has it. The path is absolute, so the run
// can be resumed from any folder.
func resolved(data string) (string, error) {
	if data == "mnist" || data == "" {
		return data, nil
	}
	path, err := filepath.Abs(data)
	if err != nil {
		return "", fmt.Errorf("--data: %w", err)
	}
	if !utf8.ValidString(path) {
		return "", usageError{fmt.Errorf("--data is %q, want a path in UTF-8, as config.json can hold no other; give the file another name", path)}
	}
	return path, nil
}
