package run

import (
	"fmt"
	"path/filepath"
	"slices"

	"gorgan/model"
)

// History is what a run's folder says of the run so far.
type History struct {
	Dir         string
	Settings    Settings
	Metrics     []model.Metrics // in the order of the steps
	Evaluations []Evaluation
	Best        *Evaluation // the best of these whose checkpoint is kept, nil for none
	// Notes has a sentence for each file of which a part cannot be read.
	Notes []string
}

// ReadHistory reads the history of the run in dir. The run may be training. It returns an error if
// dir is no run or a file cannot be read.
func ReadHistory(dir string) (h History, err error) {
	h.Dir = dir
	if h.Settings, err = ReadSettings(dir); err != nil {
		return h, err
	}
	metrics, err := ReadMetrics(dir, h.Settings.Steps)
	if err != nil {
		return h, err
	}
	evaluations, err := ReadEvaluations(dir, h.Settings.Steps)
	if err != nil {
		return h, err
	}
	h.Metrics, h.Evaluations = metrics.Noted, evaluations.Noted
	for _, f := range [][2]string{{MetricsFile, metrics.unread()}, {EvaluationsFile, evaluations.unread()}} {
		if f[1] != "" {
			h.Notes = append(h.Notes, fmt.Sprintf("%s: %s", filepath.Join(dir, f[0]), f[1]))
		}
	}
	kept, err := CheckpointSteps(dir)
	h.Best = h.Settings.bestOf(h.Evaluations, func(step uint32) bool { return slices.Contains(kept, step) })
	return h, err
}

// Step returns the last step that the run has measured, 0 for none.
func (h History) Step() uint32 {
	if n := len(h.Metrics); n > 0 {
		return h.Metrics[n-1].Step
	}
	return 0
}

// Diagnose returns what the history shows.
func (h History) Diagnose() Diagnosis { return Diagnose(h.Settings, h.Metrics, h.Evaluations) }
