package run

import (
	"cmp"
	"slices"

	"gorgan/model"
)

// Diagnosis is what the history of a run shows, by the rules of its warnings.
type Diagnosis struct {
	Warnings []Warning // in the order of their steps
	Won      Alarm     // the discriminator has won
	Collapse Alarm     // the generator has collapsed
	// Gained is the step of the last evaluation whose deciding figure was better by a fiftieth than the
	// best before it. It is 0 without evaluations.
	Gained uint32
}

// Warning is a warning that a run gave at a step.
type Warning struct {
	Step uint32 `json:"step"`
	Text string `json:"text"`
}

// Alarm is the state of a warning at the end of a history.
type Alarm struct {
	Holds bool     // the warning was given, and its signs are still there
	Signs int      // how often in a row the signs were there: displays, or evaluations
	Needs int      // how often they must be there for the warning
	Since uint32   // the step of the first of these signs
	Try   []string // flags for a new run
}

// Diagnose returns what the metrics and evaluations of a run of s show. Both are in the order of
// their steps.
func Diagnose(s Settings, measured []model.Metrics, evaluated []Evaluation) Diagnosis {
	d, warnings := replay(s, measured, evaluated)
	alarm := func(s streak, needs int, try []string) Alarm { return Alarm{s.holds, s.count, needs, s.since, try} }
	return Diagnosis{
		Warnings: warnings, Gained: d.gained,
		Won:      alarm(d.won, wonDisplays, d.againstWinner()),
		Collapse: alarm(d.collapsed, collapsedEvaluations, d.againstCollapse()),
	}
}

// replay gives a new diagnosis the history of a run, and returns its warnings.
func replay(s Settings, measured []model.Metrics, evaluated []Evaluation) (d diagnosis, warnings []Warning) {
	d = diagnosis{config: s.Model}
	warn := func(step uint32, text string) {
		if text != "" {
			warnings = append(warnings, Warning{step, text})
		}
	}
	for _, m := range measured {
		if s.RunOptions().Displays(m.Step) {
			warn(m.Step, d.displayed(m))
		}
	}
	for _, e := range evaluated {
		f, _ := s.Decisive(&e)
		warn(e.Step, d.evaluated(&e, f))
	}
	slices.SortStableFunc(warnings, func(a, b Warning) int { return cmp.Compare(a.Step, b.Step) })
	return d, warnings
}
