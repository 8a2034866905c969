package compare

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// ofLoss returns the history of a run with one evaluation.
func ofLoss(dir, loss string, seed uint64, value float64, change ...func(*run.History)) run.History {
	c := model.Default()
	c.Loss, c.Seed = loss, seed
	h := run.History{Dir: dir, Settings: run.Settings{Data: "mnist", Fingerprint: "aa", EvaluateMetric: run.ByFrechet, Model: c},
		Evaluations: []run.Evaluation{{Step: 9, Report: evaluate.Report{Count: 100, Test: "test", Train: "train", Classifier: &evaluate.ClassifierNote{SHA256: "1234"},
			Figures: []evaluate.Figure{{Name: "frechet_distance", Better: evaluate.Lower, Value: value, Floor: 2}, {Name: "coverage", Better: evaluate.Higher, Value: 1 - value/100, Floor: 0.5}}}}}}
	for _, f := range change {
		f(&h)
	}
	return h
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6*math.Max(1, math.Abs(want)) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// TestNew: the figures are those of a calculation by hand; the quantiles of Student's distribution are those of tables.
func TestNew(t *testing.T) {
	histories := []run.History{
		ofLoss("h3", "hinge", 3, 12), ofLoss("h1", "hinge", 1, 10), ofLoss("h2", "hinge", 2, 14),
		ofLoss("b1", "bce", 1, 11), ofLoss("b2", "bce", 2, 17), ofLoss("b3", "bce", 3, 11), ofLoss("b4", "bce", 4, 21),
		ofLoss("w2", "wgan", 2, 20), ofLoss("d9", "dragan", 9, 7),
	}
	table, err := New(histories, Options{By: []string{"loss"}, Figures: []string{"frechet_distance", "coverage"}, Confidence: 0.95})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Groups) != 4 || table.Baseline != "hinge" || table.At != "last" || table.Evaluator.Classifier != "1234" {
		t.Fatalf("%+v", table)
	}
	hinge, bce, wgan, dragan := table.Groups[0], table.Groups[1], table.Groups[2], table.Groups[3]
	f := hinge.Figures[0]
	near(t, "mean", f.Mean, 12)
	near(t, "deviation", f.Deviation, 2)
	near(t, "floor", f.Floor, 2)
	if !reflect.DeepEqual(f.Values, []float64{10, 14, 12}) || f.Difference != nil || !reflect.DeepEqual(hinge.Missing, []uint64{4, 9}) {
		t.Errorf("%+v", hinge)
	}
	f = bce.Figures[0]
	near(t, "mean", f.Mean, 15)
	near(t, "deviation", f.Deviation, math.Sqrt((16+4+16+36)/3.))
	d := f.Difference // 1, 3, -1 over seeds 1, 2, 3
	near(t, "difference", d.Mean, 1)
	near(t, "its deviation", d.Deviation, 2)
	half := 4.302652730 * 2 / math.Sqrt(3)
	near(t, "low", d.Interval[0], 1-half)
	near(t, "high", d.Interval[1], 1+half)
	if !reflect.DeepEqual(d.Seeds, []uint64{1, 2, 3}) || !reflect.DeepEqual(bce.Missing, []uint64{9}) {
		t.Errorf("%+v", bce)
	}
	near(t, "coverage", bce.Figures[1].Difference.Mean, -0.01)
	if d := wgan.Figures[0].Difference; d.Mean != 6 || d.Interval != nil || wgan.Figures[0].Deviation != 0 {
		t.Errorf("%+v", wgan)
	}
	if dragan.Figures[0].Difference != nil {
		t.Errorf("%+v", dragan)
	}
	want := []string{"hinge lacks runs of seed 4 9", "bce lacks runs of seed 9", "wgan lacks runs of seed 1 3 4 9", "dragan lacks runs of seed 1 2 3 4"}
	if !reflect.DeepEqual(table.Notes, want) {
		t.Errorf("notes %q, want %q", table.Notes, want)
	}

	// Another baseline, and another confidence: the quantile 0.95 of two degrees of freedom.
	table, err = New(histories, Options{By: []string{"loss"}, Baseline: "bce", Confidence: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	d = table.Groups[0].Figures[0].Difference
	near(t, "difference", d.Mean, -1)
	near(t, "low", d.Interval[0], -1-2.919985580*2/math.Sqrt(3))
	if table.Groups[1].Figures[0].Difference != nil || len(table.Groups[0].Figures) != 1 {
		t.Errorf("%+v", table.Groups)
	}

	// Of the best checkpoint.
	best := ofLoss("best", "hinge", 1, 3).Evaluations[0]
	best.Step = 4
	table, err = New([]run.History{ofLoss("h1", "hinge", 1, 10, func(h *run.History) { h.Best = &best })}, Options{By: []string{"loss"}, Best: true, Confidence: 0.95})
	if err != nil || table.Groups[0].Figures[0].Mean != 3 || table.Groups[0].Runs[0].Step != 4 {
		t.Errorf("%+v, %v", table, err)
	}
}

// TestBySeveral: groups of several settings, and what else differs between them.
func TestBySeveral(t *testing.T) {
	r1 := func(v float64) func(*run.History) { return func(h *run.History) { h.Settings.Model.R1 = v } }
	beta := func(h *run.History) { h.Settings.Model.Beta1 = 0.25 }
	later := func(h *run.History) { h.Evaluations[0].Step = 20 }
	table, err := New([]run.History{ofLoss("a", "hinge", 1, 1, r1(0)), ofLoss("b", "hinge", 1, 2, r1(3), beta), ofLoss("c", "bce", 1, 3, r1(3), later)}, Options{By: []string{"loss", "r1"}, Confidence: 0.95})
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, g := range table.Groups {
		labels = append(labels, g.Label)
	}
	if want := []string{"loss hinge, r1 0", "loss hinge, r1 3", "loss bce, r1 3"}; !reflect.DeepEqual(labels, want) {
		t.Errorf("%q, want %q", labels, want)
	}
	if want := []string{"between the groups beta1 differs too: 0.9; 0.25", "the evaluations are of different steps: 9 of a, 20 of c"}; !reflect.DeepEqual(table.Notes, want) {
		t.Errorf("%q, want %q", table.Notes, want)
	}
}

func TestRefused(t *testing.T) {
	loss := Options{By: []string{"loss"}, Confidence: 0.95}
	other := func(f func(*evaluate.Report)) func(*run.History) {
		return func(h *run.History) { f(&h.Evaluations[0].Report) }
	}
	a := ofLoss("a", "hinge", 1, 1)
	for name, c := range map[string]struct {
		other run.History
		o     Options
		want  string
	}{
		"classifier": {ofLoss("b", "bce", 1, 1, other(func(r *evaluate.Report) { r.Classifier = &evaluate.ClassifierNote{SHA256: "5678"} })), loss,
			"a and b were measured by different evaluators, so their figures do not compare: classifier is 1234 and 5678"},
		"no classifier": {ofLoss("b", "bce", 1, 1, other(func(r *evaluate.Report) { r.Classifier = nil })), loss, "classifier is 1234 and none"},
		"count":         {ofLoss("b", "bce", 1, 1, other(func(r *evaluate.Report) { r.Count = 50 })), loss, "count is 100 and 50"},
		"test":          {ofLoss("b", "bce", 1, 1, other(func(r *evaluate.Report) { r.Test = "train" })), loss, "test is test and train"},
		"floor":         {ofLoss("b", "bce", 1, 1, other(func(r *evaluate.Report) { r.FloorSeed = 2 })), loss, "floor_seed is 0 and 2"},
		"data":          {ofLoss("b", "bce", 1, 1, func(h *run.History) { h.Settings.Fingerprint = "bb" }), loss, "a and b are of different data, so their figures do not compare: fingerprint aa and bb"},
		"held out": {ofLoss("b", "bce", 1, 1, func(h *run.History) { h.Settings.Fingerprint, h.Settings.HeldOutFingerprint = "bb", "cc" }), Options{By: []string{"mirror"}, Confidence: 0.95},
			"of the held-out images none and cc"},
		"seed":       {ofLoss("b", "hinge", 1, 1), loss, "a and b are of the same group, and both of seed 1"},
		"setting":    {ofLoss("b", "hinge", 2, 1, func(h *run.History) { h.Settings.Model.R1 = 3 }), loss, "a and b are of the same group, and differ in more than the seed: r1 is 0 and 3; group by that too"},
		"initial":    {ofLoss("b", "hinge", 2, 1, func(h *run.History) { h.Settings.InitialWeights = "ee" }), loss, `initial_weights is "" and ee`},
		"none":       {ofLoss("b", "bce", 1, 1, func(h *run.History) { h.Evaluations = nil }), loss, "b has no evaluation to compare: train with --evaluate-every"},
		"by":         {ofLoss("b", "bce", 1, 1), Options{By: []string{"los"}, Confidence: 0.95}, "there is no setting los to group by, want one of data, "},
		"baseline":   {ofLoss("b", "bce", 1, 1), Options{By: []string{"loss"}, Baseline: "wgan", Confidence: 0.95}, `there is no group "wgan" to compare with, want one of hinge; bce`},
		"figure":     {ofLoss("b", "bce", 1, 1), Options{By: []string{"loss"}, Figures: []string{"kid"}, Confidence: 0.95}, "a has no figure kid, but frechet_distance, coverage"},
		"confidence": {ofLoss("b", "bce", 1, 1), Options{By: []string{"loss"}, Confidence: 1}, "the confidence is 1, want a number between 0 and 1"},
	} {
		if table, err := New([]run.History{a, c.other}, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", name, table, err, c.want)
		}
	}
	// Training on other images of the same data is a setting.
	b := ofLoss("b", "hinge", 1, 1, func(h *run.History) { h.Settings.Fingerprint, h.Settings.Mirror = "bb", true })
	if _, err := New([]run.History{a, b}, Options{By: []string{"mirror"}, Confidence: 0.95}); err != nil {
		t.Error(err)
	}
	if _, err := New(nil, loss); err == nil {
		t.Error("nothing is compared")
	}
}
