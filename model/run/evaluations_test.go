package run

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gorgan/model"
	"gorgan/model/evaluate"
)

// TestBest: which checkpoints are kept, and which is the best, while a run is saved and
// evaluated at steps 1, 2, 3 and on.
func TestBest(t *testing.T) {
	for name, c := range map[string]struct {
		metric string
		better evaluate.Better
		keep   int
		values []float64
		best   []uint32
		held   []uint32 // at the end
	}{
		"lowest, kept past keep":     {"frechet", evaluate.Lower, 2, []float64{5, 3, 4, 6, 7}, []uint32{1, 2, 2, 2, 2}, []uint32{2, 4, 5}},
		"the one it replaces goes":   {"frechet", evaluate.Lower, 1, []float64{5, 6, 7, 4, 8}, []uint32{1, 1, 1, 4, 4}, []uint32{4, 5}},
		"and goes at once":           {"frechet", evaluate.Lower, 1, []float64{5, 6, 4}, []uint32{1, 1, 3}, []uint32{3}},
		"highest":                    {"parzen", evaluate.Higher, 1, []float64{-5, 3, 2, 9, 8}, []uint32{1, 2, 2, 4, 4}, []uint32{4, 5}},
		"the first of two as good":   {"parzen", evaluate.Higher, 1, []float64{3, 3, 3}, []uint32{1, 1, 1}, []uint32{1, 3}},
		"all are kept":               {"frechet", evaluate.Lower, 0, []float64{5, 3, 4}, []uint32{1, 2, 2}, []uint32{1, 2, 3}},
		"the best is among the last": {"frechet", evaluate.Lower, 3, []float64{5, 6, 3, 4, 6}, []uint32{1, 1, 3, 3, 3}, []uint32{3, 4, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			s := Settings{Keep: c.keep, EvaluateMetric: c.metric, EvaluateCount: 100}
			r, err := Open(t.TempDir())
			must(t, err)
			r.keep = c.keep
			must(t, r.openLogs(true))
			figure := deciders()[slices.IndexFunc(deciders(), func(d decider) bool { return d.metric == c.metric })].figure
			for i, value := range c.values {
				step := uint32(i + 1)
				must(t, os.WriteFile(r.Path(fmt.Sprintf(CheckpointFile, step)), nil, 0o666))
				must(t, r.prune(step))
				e := Evaluation{step, evaluate.Report{Count: 100, Figures: []evaluate.Figure{{Name: figure, Better: c.better, Value: value}}}}
				must(t, r.record(e, &model.State{}, s.better(&e, r.best)))
				path, err := CheckpointPath(r.Path(BestFile))
				must(t, err)
				if want := r.Path(fmt.Sprintf(CheckpointFile, c.best[i])); path != want {
					t.Errorf("after step %d the best is %s, want %s", step, path, want)
				}
				if _, err := os.Stat(path); err != nil {
					t.Errorf("after step %d: %v", step, err)
				}
			}
			if held := checkpointsOf(t, r.Dir); !slices.Equal(held, c.held) {
				t.Errorf("checkpoints %v are kept, want %v", held, c.held)
			}
			// And what is read of it is the same.
			must(t, r.Close())
			again, err := Open(r.Dir)
			must(t, err)
			must(t, again.Read(uint32(len(c.values))))
			_, err = again.Resume(s, uint32(len(c.values)))
			must(t, errors.Join(err, again.Close()))
			if len(again.evaluated.Noted) != len(c.values) || again.best.Step != c.best[len(c.best)-1] {
				t.Errorf("after a resume the best of %d is %d", len(again.evaluated.Noted), again.best.Step)
			}
		})
	}
}

func checkpointsOf(t *testing.T, dir string) (steps []uint32) {
	t.Helper()
	held, err := filepath.Glob(filepath.Join(dir, "checkpoint_*"))
	must(t, err)
	for _, path := range held {
		var step uint32
		_, err := fmt.Sscanf(filepath.Base(path), CheckpointFile, &step)
		must(t, err)
		steps = append(steps, step)
	}
	return steps
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestBestOf: what cannot be compared, or is gone, does not count.
func TestBestOf(t *testing.T) {
	of := func(step uint32, count int, name string, value float64) Evaluation {
		return Evaluation{step, evaluate.Report{Count: count, Figures: []evaluate.Figure{{Name: name, Better: evaluate.Lower, Value: value}}}}
	}
	all := []Evaluation{of(1, 100, "frechet_distance", 9), of(2, 500, "frechet_distance", 1), of(3, 100, "mode_divergence", 0), of(4, 100, "frechet_distance", 5),
		of(5, 100, "frechet_distance", 7)}
	for _, c := range []struct {
		metric string
		gone   uint32
		want   uint32 // 0 for none
	}{
		{"frechet", 0, 4}, {"frechet", 4, 5}, {"modes", 0, 3}, {"modes", 3, 0}, {"parzen", 0, 0}, {"", 0, 0},
	} {
		best := Settings{EvaluateMetric: c.metric, EvaluateCount: 100}.bestOf(all, func(step uint32) bool { return step != c.gone })
		if best == nil && c.want != 0 || best != nil && best.Step != c.want {
			t.Errorf("the best by %q without %d is %+v, want step %d", c.metric, c.gone, best, c.want)
		}
	}
}

// TestCheckpointPath: a file that is named as the pointers are, and is none, is itself.
func TestCheckpointPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), BestFile)
	must(t, os.WriteFile(path, make([]byte, longestName+1), 0o666))
	if got, err := CheckpointPath(path); got != path || err != nil {
		t.Errorf("%s is %s, %v", path, got, err)
	}
}

// TestNoDistance: what is no number, and no distance, is never the best.
func TestNoDistance(t *testing.T) {
	s := Settings{EvaluateMetric: ByFrechet, EvaluateCount: 100}
	of := func(v float64) *Evaluation {
		return &Evaluation{1, evaluate.Report{Count: 100, Figures: []evaluate.Figure{{Name: "frechet_distance", Better: evaluate.Lower, Value: v}}}}
	}
	for _, v := range []float64{math.NaN(), math.Inf(-1), math.Inf(1), -1.5e60} {
		if s.better(of(v), nil) || s.better(of(v), of(5)) {
			t.Errorf("%v is taken for the best", v)
		}
	}
	if !s.better(of(0), of(5)) {
		t.Error("0 is no better than 5")
	}
}
