package run

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gorgan/model"
	"gorgan/model/evaluate"
)

// Evaluation is a line of evaluations.jsonl: the report on fake images of the generator after
// a step.
type Evaluation struct {
	Step uint32 `json:"step"`
	evaluate.Report
}

// decider is a metric that can choose the best checkpoint. One of its figures decides.
type decider struct{ metric, figure string }

// The default deciders: for a set with labels, for a set without labels, and for stacked
// images.
const (
	ByFrechet = "frechet"
	ByParzen  = "parzen"
	ByModes   = "modes"
)

func deciders() []decider {
	return []decider{
		{ByFrechet, "frechet_distance"}, {ByParzen, "parzen"}, {"score", "classifier_score"}, {"coverage", "coverage"},
		{ByModes, "mode_divergence"},
	}
}

// EvaluateMetrics returns the names that Settings.EvaluateMetric can have.
func EvaluateMetrics() []string {
	var names []string
	for _, d := range deciders() {
		names = append(names, d.metric)
	}
	return names
}

// Decisive returns the figure of e that decides between checkpoints.
func (s Settings) Decisive(e *Evaluation) (evaluate.Figure, bool) {
	for _, d := range deciders() {
		if d.metric == s.EvaluateMetric {
			return e.Figure(d.figure)
		}
	}
	return evaluate.Figure{}, false
}

// better reports whether e is better than best, which may be nil. Evaluations with different
// numbers of images cannot be compared.
func (s Settings) better(e, best *Evaluation) bool {
	f, ok := s.Decisive(e)
	if !ok || e.Count != s.EvaluateCount || math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
		return false
	}
	if f.Better == evaluate.Lower && f.Value < 0 {
		return false // a distance is never negative, but older versions could compute -1e60
	}
	if best == nil {
		return true
	}
	b, _ := s.Decisive(best)
	if f.Better == evaluate.Lower {
		return f.Value < b.Value
	}
	return f.Value > b.Value
}

// bestOf returns the best of the evaluations whose checkpoint is kept, or nil.
func (s Settings) bestOf(all []Evaluation, kept func(step uint32) bool) (best *Evaluation) {
	for _, e := range all {
		if kept(e.Step) && s.better(&e, best) {
			best = &e
		}
	}
	return best
}

// record adds the evaluation of the newest checkpoint to evaluations.jsonl and, with how the weights
// of state are spread, to the file for TensorBoard. If it is the best so far, the file best then
// names that checkpoint.
func (r *Folder) record(e Evaluation, state *model.State, best bool) error {
	if err := r.keeps(EvaluationsFile, r.reports); err != nil {
		return err
	}
	// The event is on the disk before the line, because a resume drops an event without a line,
	// and cannot make the event again.
	if err := r.addEvent(time.Now(), e.Step, append(evaluationValues(e), weightValues(state)...)...); err != nil {
		return err
	}
	if err := r.events.Sync(); err != nil {
		return err
	}
	if err := appendLine(r.reports, e); err != nil {
		return err
	}
	// The line is on the disk before best names the checkpoint, because a resume reads from
	// the lines which checkpoint is best.
	if err := r.reports.Sync(); err != nil {
		return err
	}
	r.evaluated.Noted = append(r.evaluated.Noted, e)
	if !best {
		return nil
	}
	r.best = &e
	if err := r.point(); err != nil {
		return err
	}
	return r.prune(e.Step)
}

// evaluated returns the log line of an evaluation: the figure that decides and those that show
// a collapse, each with its floor.
func (s Settings) evaluated(e *Evaluation, best bool) string {
	names := []string{"class_entropy", "missing_classes", "near_duplicates", "modes"}
	if f, ok := s.Decisive(e); ok {
		names = slices.Insert(names, 0, f.Name)
	}
	var figures []string
	for _, name := range names {
		if f, ok := e.Figure(name); ok {
			figures = append(figures, fmt.Sprintf("%s %.4g (%.4g)", f.Name, f.Value, f.Floor))
		}
	}
	line := fmt.Sprintf("evaluation at step %d, with floors: %s", e.Step, strings.Join(figures, ", "))
	if best {
		line += "; the best so far"
	}
	return line
}
