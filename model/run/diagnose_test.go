package run

import (
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

// TestDiagnose: the warnings of a whole history are those that a run gives step by step, and the
// alarms say how far it is from the next.
func TestDiagnose(t *testing.T) {
	s := Settings{Steps: 5000, DisplayEvery: 1000, EvaluateEvery: 1000, EvaluateMetric: ByFrechet, Model: model.Default()}
	var history []model.Metrics
	for step := uint32(2); step <= 5000; step += 10 {
		history = append(history, display(step, 0.001, 9)) // no display steps: nobody saw them
	}
	for _, m := range []model.Metrics{display(1000, 0.001, 9), display(2000, 0.001, 9), display(3000, 0.001, 9), display(4000, 0.5, 9), display(5000, 0.001, 9)} {
		at, _ := slices.BinarySearchFunc(history, m.Step, func(m model.Metrics, step uint32) int { return int(m.Step) - int(step) })
		history = slices.Insert(history, at, m)
	}
	seen := []Evaluation{measured(1000, 30, 0), measured(2000, 29.9, 8), measured(3000, 29.8, 9), measured(4000, 29.7, 9), measured(5000, 29.6, 9)}
	d := Diagnose(s, history, seen)

	if len(d.Warnings) != 2 || d.Warnings[0].Step != 3000 || d.Warnings[1].Step != 4000 ||
		!strings.HasPrefix(d.Warnings[0].Text, "the discriminator has won: since step 1000") || !strings.HasPrefix(d.Warnings[1].Text, "the generator has collapsed") {
		t.Errorf("warnings are %v", d.Warnings)
	}
	if w := d.Won; w.Holds || w.Signs != 1 || w.Needs != wonDisplays || w.Since != 5000 || !slices.Contains(w.Try, "--r1 1") {
		t.Errorf("the alarm of D is %+v", w)
	}
	if c := d.Collapse; !c.Holds || c.Signs != 4 || c.Needs != collapsedEvaluations || c.Since != 2000 || !slices.Contains(c.Try, "--pack 2") {
		t.Errorf("the alarm of G is %+v", c)
	}
	if d.Gained != 1000 {
		t.Errorf("the figure gained last at step %d, want 1000: less than a fiftieth is no gain", d.Gained)
	}
	if d := Diagnose(s, history, append(seen, measured(6000, 20, 0))); d.Gained != 6000 || d.Collapse.Holds {
		t.Errorf("after a gain at step 6000: %+v", d)
	}
	if d := Diagnose(s, nil, nil); len(d.Warnings) != 0 || d.Gained != 0 || d.Won.Holds || d.Collapse.Holds {
		t.Errorf("of no history: %+v", d)
	}
}
