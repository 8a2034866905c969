package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"gorgan/dataset/atomicfile"
	"gorgan/model"
	"gorgan/model/evaluate"
)

// SummaryFile says in one object what a run came to. It is there when a run has ended in one of the
// ways of Ending, and Training.Run removes it when the run goes on. So a run that was killed has
// none.
const SummaryFile = "summary.json"

// Ending is how a run ended.
type Ending string

// The endings of which there is a summary. A run that fails has none: its last checkpoint is of an
// earlier step.
const (
	Finished    Ending = "finished"    // it came to its last step
	Collapsed   Ending = "collapsed"   // Settings.StopOnCollapse ended it
	Interrupted Ending = "interrupted" // by a signal; its state is saved
)

// Summary is summary.json.
type Summary struct {
	Ended Ending `json:"ended"`
	Step  uint32 `json:"step"`  // it ended after
	Steps uint32 `json:"steps"` // it was to do

	Data        string `json:"data"`
	Fingerprint string `json:"fingerprint"` // of the images
	// Settings are the settings of the model that are not model.Default's, by their names in
	// config.json.
	Settings map[string]any `json:"settings"`

	// Metrics are those of the last step that was measured.
	Metrics *model.Metrics `json:"metrics,omitempty"`
	// Last and Best are the last evaluation and the best one.
	Last *Figures `json:"last,omitempty"`
	Best *Figures `json:"best,omitempty"`

	Seconds         float64 `json:"seconds"`           // of training
	StepsPerSecond  float64 `json:"steps_per_second"`  // of the whole run
	ImagesPerSecond float64 `json:"images_per_second"` // real images trained on, of the whole run

	Device  string `json:"device,omitempty"` // empty if the last step was not done by this program
	Version string `json:"version"`          // of the program
	Weights string `json:"weights"`          // model.State.WeightHash
}

// Figures are the figures of an evaluation by their names.
type Figures struct {
	Step    uint32                  `json:"step"`
	Figures map[string]FlooredValue `json:"figures"`
}

// FlooredValue is a figure without its explanations: see evaluate.Figure.
type FlooredValue struct {
	Value  float64         `json:"value"`
	Floor  float64         `json:"floor"`
	Unit   string          `json:"unit,omitempty"`
	Better evaluate.Better `json:"better,omitempty"`
}

// Summarize writes summary.json for a run of s that ended with state. device may be empty; version
// is that of the program. It returns an error if the file cannot be written or the folder is gone.
func (r *Folder) Summarize(s Settings, state *model.State, ended Ending, device, version string) error {
	if err := r.here(); err != nil {
		return err
	}
	differing, err := notDefault(state.Config)
	if err != nil {
		return err
	}
	sum := Summary{
		Ended: ended, Step: state.Step, Steps: s.Steps, Data: s.Data, Fingerprint: state.Data, Settings: differing,
		Seconds: r.Seconds(), Best: FiguresOf(r.best), Device: device, Version: version, Weights: state.WeightHash(),
	}
	if n := len(r.evaluated.Noted); n > 0 {
		sum.Last = FiguresOf(&r.evaluated.Noted[n-1])
	}
	if n := len(r.measured.Noted); n > 0 {
		first, last := r.measured.Noted[0], r.measured.Noted[n-1]
		sum.Metrics = &last
		if seconds := last.Seconds - first.Seconds; seconds > 0 {
			sum.StepsPerSecond = float64(last.Step-first.Step) / seconds
			sum.ImagesPerSecond = sum.StepsPerSecond * float64(state.Config.DisSteps*state.Config.BatchSize)
		}
	}
	text, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", r.Path(SummaryFile), err)
	}
	return atomicfile.WriteText(r.Path(SummaryFile), append(text, '\n'))
}

// ReadSummary reads the summary of the run in dir. It returns nil if the run has none.
func ReadSummary(dir string) (*Summary, error) {
	path := filepath.Join(dir, SummaryFile)
	text, err := atomicfile.Read(path, longestSettings)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var sum Summary
	if err := json.Unmarshal(text, &sum); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	return &sum, nil
}

// Summarized reports whether the run has a summary.
func (r *Folder) Summarized() bool { return exists(r.Path(SummaryFile)) }

// unsummarize removes the summary of an earlier end.
func (r *Folder) unsummarize() error {
	if err := os.Remove(r.Path(SummaryFile)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// FiguresOf returns the figures of an evaluation, or nil for none.
func FiguresOf(e *Evaluation) *Figures {
	if e == nil {
		return nil
	}
	f := &Figures{e.Step, map[string]FlooredValue{}}
	for _, figure := range e.Figures {
		f.Figures[figure.Name] = FlooredValue{figure.Value, figure.Floor, figure.Unit, figure.Better}
	}
	return f
}

// notDefault returns the settings of c that are not the defaults.
func notDefault(c model.Config) (map[string]any, error) {
	var values [2]map[string]any
	for i, c := range []model.Config{c, model.Default()} {
		text, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &values[i]); err != nil {
			return nil, err
		}
	}
	for key, value := range values[1] {
		if reflect.DeepEqual(values[0][key], value) {
			delete(values[0], key)
		}
	}
	return values[0], nil
}
