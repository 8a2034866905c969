package serve

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"
	"time"

	"gorgan/model"
	"gorgan/model/run"
)

// snapshot is what a run's folder holds at one moment. It never changes.
type snapshot struct {
	place
	settings  run.Settings
	measured  []model.Metrics
	evaluated []run.Evaluation
	pictures  []run.FakesPicture
	saved     []uint32 // steps of checkpoints
	best      *run.Evaluation
	summary   *run.Summary
	warnings  []run.Warning
	notes     []string  // of files that cannot be read in part
	logged    int64     // bytes of the log
	news      time.Time // when a file last changed
	stamps    [len(watched)]stamp
	// generation changes when lines that were there are there no more, as after a resume from an
	// earlier checkpoint. No two runs have the same.
	generation int64
}

// watched are the files of a run that change. A new picture or checkpoint changes the folder.
var watched = [...]string{".", run.SettingsFile, run.MetricsFile, run.EvaluationsFile, run.SummaryFile, run.BestFile, run.LogFile}

// stamp tells whether a file has changed.
type stamp struct {
	size int64
	time time.Time
}

// snapshot reads a run, or returns what was read before if nothing has changed.
func (r *runs) snapshot(name string) (*snapshot, error) {
	p, err := r.find(name)
	if err != nil {
		return nil, err
	}
	of := r.reading(name)
	of.mu.Lock()
	defer of.mu.Unlock()
	s := &snapshot{place: p}
	for i, file := range watched {
		info, err := r.root.Lstat(path.Join(p.rel, file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if i > 0 {
			if err := r.file(p.rel, file); err != nil {
				return nil, err
			}
		}
		s.stamps[i] = stamp{info.Size(), info.ModTime()}
		if info.ModTime().After(s.news) {
			s.news = info.ModTime()
		}
		if file == run.LogFile {
			s.logged = info.Size()
		}
	}
	before := of.newest
	if before != nil && before.stamps == s.stamps {
		return before, nil
	}
	if err := s.fill(); err != nil {
		return nil, err
	}
	if before != nil && continues(s, before) {
		s.generation = before.generation
	} else {
		s.generation = r.made.Add(1)
	}
	of.newest = s
	return s, nil
}

// fill reads the files.
func (s *snapshot) fill() error {
	h, err := run.ReadHistory(s.dir)
	if err != nil {
		return err
	}
	s.settings, s.measured, s.evaluated, s.best, s.warnings = h.Settings, h.Metrics, h.Evaluations, h.Best, h.Diagnose().Warnings
	s.notes = h.Notes
	if s.pictures, err = run.FakesPictures(s.dir); err != nil {
		return err
	}
	if s.saved, err = run.CheckpointSteps(s.dir); err != nil {
		return err
	}
	if s.summary, err = run.ReadSummary(s.dir); err != nil {
		return err
	}
	return nil
}

// continues reports whether s has all lines that before had.
func continues(s, before *snapshot) bool {
	n, e := len(before.measured), len(before.evaluated)
	return len(s.measured) >= n && (n == 0 || s.measured[n-1] == before.measured[n-1]) &&
		len(s.evaluated) >= e && (e == 0 || s.evaluated[e-1].Step == before.evaluated[e-1].Step) && s.logged >= before.logged
}

// step returns the newest step that a file tells of.
func (s *snapshot) step() (step uint32) {
	if n := len(s.measured); n > 0 {
		step = s.measured[n-1].Step
	}
	if n := len(s.saved); n > 0 {
		step = max(step, s.saved[n-1])
	}
	return step
}

// quietTime is how long a run that trains may change no file before it is called silent.
const quietTime = 2 * time.Minute

// The states of a run that has no summary. One that was killed becomes silent.
const (
	training = "training"
	silent   = "silent"
)

// state returns how the run ended, or whether it seems to train. Only its files tell: it may train on
// another machine.
func (s *snapshot) state(now time.Time) string {
	switch {
	case s.summary != nil:
		return string(s.summary.Ended)
	case now.Sub(s.news) < quietTime:
		return training
	}
	return silent
}

// overview is what a list of runs says of one, and what changes while it trains.
type overview struct {
	Name  string    `json:"name"`
	Error string    `json:"error,omitempty"` // why it cannot be read; then there is nothing else
	State string    `json:"state"`
	News  time.Time `json:"news"`
	Step  uint32    `json:"step"`
	Steps uint32    `json:"steps"`
	// Seconds is the time spent training, and Left an estimate of the time that is left.
	Seconds float64 `json:"seconds"`
	Left    float64 `json:"left"`

	Data        string             `json:"data"`
	Loss        string             `json:"loss"`
	Began       string             `json:"began,omitempty"`
	Last        *model.Metrics     `json:"last,omitempty"`
	Figure      string             `json:"figure,omitempty"` // the one that decides between checkpoints
	Best        *figure            `json:"best,omitempty"`
	Warnings    []run.Warning      `json:"warnings"`
	Notes       []string           `json:"notes"` // of files that cannot be read in part
	Pictures    []run.FakesPicture `json:"pictures"`
	Checkpoints []uint32           `json:"checkpoints"`
}

// figure is a value of an evaluation beside that of real images.
type figure struct {
	Step   uint32  `json:"step"`
	Value  float64 `json:"value"`
	Floor  float64 `json:"floor"`
	Better string  `json:"better,omitempty"`
}

func (s *snapshot) overview(now time.Time) overview {
	o := overview{
		Name: s.name, State: s.state(now), News: s.news, Step: s.step(), Steps: s.settings.Steps,
		Data: path.Base(s.settings.Data), Loss: s.settings.Model.Loss, Began: s.settings.Began.Date,
		Warnings: slices.Clip(append([]run.Warning{}, s.warnings...)), Pictures: append([]run.FakesPicture{}, s.pictures...),
		Checkpoints: append([]uint32{}, s.saved...),
	}
	if o.Notes = []string{}; o.State != training { // the last line of a run that trains may be half written
		o.Notes = append(o.Notes, s.notes...)
	}
	if n := len(s.measured); n > 0 {
		first, last := s.measured[0], s.measured[n-1]
		o.Last, o.Seconds = &last, last.Seconds
		if done := last.Step - first.Step; done > 0 && o.Steps > last.Step && o.State == training {
			o.Left = (last.Seconds - first.Seconds) / float64(done) * float64(o.Steps-last.Step)
		}
	}
	if e := s.best; e != nil {
		if f, ok := s.settings.Decisive(e); ok {
			o.Figure, o.Best = f.Name, &figure{e.Step, f.Value, f.Floor, string(f.Better)}
		}
	}
	return o
}

// settingsJSON returns settings by their names in config.json, those of the model beside the others.
func settingsJSON(s run.Settings) (map[string]any, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	of, _ := all["model"].(map[string]any)
	delete(all, "model")
	delete(all, "began")
	for key, value := range of {
		all[key] = value
	}
	return all, nil
}
