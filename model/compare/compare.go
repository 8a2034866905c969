// Package compare compares the figures of runs that differ in settings and in seeds: means, and differences over the seeds
// that two groups of runs have in common, with Student's intervals.
package compare

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// Options say what is compared.
type Options struct {
	By         []string // settings whose values make the groups, at least one
	Best       bool     // the evaluations of the best checkpoints, and not the last ones
	Figures    []string // names, none for the one that decides between checkpoints
	Baseline   string   // the label of the group that the others are compared with, empty for the first
	Confidence float64  // of the intervals, between 0 and 1
}

// Table is a comparison.
type Table struct {
	By         []string  `json:"by"`
	At         string    `json:"at"` // last or best
	Baseline   string    `json:"baseline"`
	Confidence float64   `json:"confidence"`
	Data       string    `json:"data"`
	Evaluator  Evaluator `json:"evaluator"`
	Groups     []Group   `json:"groups"` // in the order of the runs
	// Notes has a sentence for what a reader should know.
	Notes []string `json:"notes,omitempty"`
}

// Evaluator is what must be the same for two figures to mean the same.
type Evaluator struct {
	Classifier string `json:"classifier"` // its SHA-256, empty for none
	Count      int    `json:"count"`      // of fake images
	Train      string `json:"train"`
	Validation string `json:"validation"`
	Test       string `json:"test"` // the images that fakes were compared with
	Division   string `json:"division,omitempty"`
	Floor      string `json:"floor"`
	FloorSeed  uint64 `json:"floor_seed"`
}

// Group are the runs that have the same values of the settings of Options.By.
type Group struct {
	Label   string   `json:"label"`
	Values  []string `json:"values"`            // of the settings, in the order of Options.By
	Runs    []Member `json:"runs"`              // by seed
	Missing []uint64 `json:"missing,omitempty"` // seeds that another group has
	Figures []Figure `json:"figures"`
}

// Member is a run in a group.
type Member struct {
	Dir  string `json:"dir"`
	Seed uint64 `json:"seed"`
	Step uint32 `json:"step"` // of the evaluation
}

// member is a run with what is compared.
type member struct {
	Member
	settings   run.Settings
	evaluation run.Evaluation
	values     []string
}

// New compares runs. It returns an error if a run has no evaluation or lacks a figure, if evaluators or data differ, or if two
// runs of a group have the same seed, or differ in another setting.
func New(histories []run.History, o Options) (*Table, error) {
	if len(histories) == 0 {
		return nil, errors.New("there is no run to compare")
	}
	if o.Confidence <= 0 || o.Confidence >= 1 {
		return nil, fmt.Errorf("the confidence is %v, want a number between 0 and 1", o.Confidence)
	}
	var all []member
	for _, h := range histories {
		m, err := memberOf(h, o)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if err := sameMeasure(all, o.By); err != nil {
		return nil, err
	}
	t := &Table{By: o.By, At: "last", Confidence: o.Confidence, Data: all[0].settings.Data, Evaluator: evaluatorOf(all[0].evaluation)}
	if o.Best {
		t.At = "best"
	}
	if len(o.Figures) == 0 {
		f, ok := all[0].settings.Decisive(&all[0].evaluation)
		if !ok {
			return nil, fmt.Errorf("%s: no figure decides between its checkpoints: name figures to compare", all[0].Dir)
		}
		o.Figures = []string{f.Name}
	}
	groups, err := grouped(all)
	if err != nil {
		return nil, err
	}
	if err := t.fill(groups, o); err != nil {
		return nil, err
	}
	t.note(all, o)
	return t, nil
}

func memberOf(h run.History, o Options) (member, error) {
	m := member{Member: Member{Dir: h.Dir, Seed: h.Settings.Model.Seed}, settings: h.Settings}
	e := h.Best
	if n := len(h.Evaluations); !o.Best && n > 0 {
		e = &h.Evaluations[n-1]
	}
	if e == nil {
		return m, fmt.Errorf("%s has no evaluation to compare: train with --evaluate-every", h.Dir)
	}
	m.evaluation, m.Step = *e, e.Step
	for _, name := range o.By {
		v, known := h.Settings.Setting(name)
		if !known {
			return m, fmt.Errorf("there is no setting %s to group by, want one of %s", name, strings.Join(run.SettingNames(), ", "))
		}
		m.values = append(m.values, text(v))
	}
	return m, nil
}

// text returns the value of a setting as its flag takes it.
func text(v any) string {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		parts := make([]string, r.Len())
		for i := range parts {
			parts[i] = fmt.Sprint(r.Index(i))
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v)
}

func evaluatorOf(e run.Evaluation) Evaluator {
	v := Evaluator{Count: e.Count, Train: e.Train, Validation: e.Validation, Test: e.Test, Division: e.Division, Floor: e.Floor, FloorSeed: e.FloorSeed}
	if e.Classifier != nil {
		v.Classifier = e.Classifier.SHA256
	}
	return v
}

// sameMeasure returns an error if the figures of two runs do not mean the same.
func sameMeasure(all []member, by []string) error {
	first := all[0]
	for _, m := range all[1:] {
		if d := differing(evaluatorOf(first.evaluation), evaluatorOf(m.evaluation)); len(d) > 0 {
			return fmt.Errorf("%s and %s were measured by different evaluators, so their figures do not compare: %s", first.Dir, m.Dir, strings.Join(d, "; "))
		}
		// These change the images of training, and not those that fakes are compared with.
		trainsOnOthers := slices.Contains(by, "images") || slices.Contains(by, "mirror")
		a, b := first.settings, m.settings
		if a.Fingerprint != b.Fingerprint && !trainsOnOthers || a.HeldOutFingerprint != b.HeldOutFingerprint {
			return fmt.Errorf("%s and %s are of different data, so their figures do not compare: fingerprint %.12s and %.12s, of the held-out images %s and %s",
				first.Dir, m.Dir, a.Fingerprint, b.Fingerprint, orNone(a.HeldOutFingerprint), orNone(b.HeldOutFingerprint))
		}
	}
	return nil
}

func orNone(fingerprint string) string {
	if fingerprint == "" {
		return "none"
	}
	return fmt.Sprintf("%.12s", fingerprint)
}

// differing returns what differs between two evaluators.
func differing(a, b Evaluator) (all []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if x.Field(i).Interface() != y.Field(i).Interface() {
			name, _, _ := strings.Cut(x.Type().Field(i).Tag.Get("json"), ",")
			all = append(all, fmt.Sprintf("%s is %v and %v", name, orQuotes(x.Field(i)), orQuotes(y.Field(i))))
		}
	}
	return all
}

func orQuotes(v reflect.Value) any {
	if v.Kind() == reflect.String && v.Len() == 0 {
		return "none"
	}
	return v.Interface()
}

// figure returns a figure of the run's evaluation.
func (m member) figure(name string) (evaluate.Figure, error) {
	f, ok := m.evaluation.Figure(name)
	if !ok {
		var names []string
		for _, f := range m.evaluation.Figures {
			names = append(names, f.Name)
		}
		return f, fmt.Errorf("%s has no figure %s, but %s", m.Dir, name, strings.Join(names, ", "))
	}
	return f, nil
}
