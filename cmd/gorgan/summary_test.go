package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/model/run"
)

func readSummary(t *testing.T, dir string) (sum run.Summary) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, run.SummaryFile))
	must(t, err)
	must(t, json.Unmarshal(text, &sum))
	return sum
}

// summaryOf is a run's summary but for its time, and for the device, which a run that was killed
// after its last step does not know.
func summaryOf(t *testing.T, dir string) string {
	t.Helper()
	sum := readSummary(t, dir)
	sum.Seconds, sum.StepsPerSecond, sum.ImagesPerSecond, sum.Device = 0, 0, 0, ""
	if sum.Metrics != nil {
		sum.Metrics.Seconds, sum.Metrics.ImagesPerSecond = 0, 0
	}
	text, err := json.Marshal(sum)
	must(t, err)
	return string(text)
}

// TestSummary: the summary of a run is what its other files have, and is there once it has ended.
func TestSummary(t *testing.T) {
	list, dir := tinyList(t), filepath.Join(t.TempDir(), "run")
	succeeds(t, strings.Fields("train --steps 12 --save-every 4 --display-every 6 --evaluate-every 4 --evaluate-count 100 --loss hinge --seed 3 --data "+list+" --out "+dir+" "+small)...)
	check := func(ended run.Ending, step, steps uint32) run.Summary {
		t.Helper()
		sum := readSummary(t, dir)
		_, state, err := loadModel(dir)
		must(t, err)
		if sum.Ended != ended || sum.Step != step || sum.Steps != steps || sum.Weights != state.WeightHash() || sum.Fingerprint != state.Data || sum.Data != list || sum.Version != version() {
			t.Errorf("the summary is %+v; the state is of step %d", sum, state.Step)
		}
		return sum
	}
	sum := check(run.Finished, 12, 12)
	metrics, err := run.ReadMetrics(dir, 12)
	must(t, err)
	first, last := metrics.Noted[0], metrics.Noted[len(metrics.Noted)-1]
	speed := float64(last.Step-first.Step) / (last.Seconds - first.Seconds)
	if *sum.Metrics != last || sum.Seconds != last.Seconds || sum.StepsPerSecond != speed || sum.ImagesPerSecond != 16*speed {
		t.Errorf("the summary is %+v, the last metrics are %+v", sum, last)
	}
	evaluations, err := run.ReadEvaluations(dir, 12)
	must(t, err)
	best, err := os.ReadFile(filepath.Join(dir, run.BestFile))
	must(t, err)
	if want := fmt.Sprintf(run.CheckpointFile+"\n", sum.Best.Step); string(best) != want || sum.Last.Step != 12 {
		t.Errorf("best is of step %d and last of step %d; the file best has %q", sum.Best.Step, sum.Last.Step, best)
	}
	for _, e := range evaluations.Noted {
		for _, of := range []*run.Figures{sum.Last, sum.Best} {
			for _, f := range e.Figures {
				if got := of.Figures[f.Name]; of.Step == e.Step && (got.Value != f.Value || got.Floor != f.Floor || got.Better != f.Better) {
					t.Errorf("%s of step %d is %+v, want %+v", f.Name, e.Step, got, f)
				}
			}
		}
	}
	if s := sum.Settings; s["loss"] != "hinge" || s["seed"] != 3.0 || s["noise_dim"] != 8.0 || s["optimizer"] != nil || len(s) != 8 {
		t.Errorf("%d settings differ from the defaults: %v", len(s), s)
	}
	if !strings.HasPrefix(sum.Device, "cpu") {
		t.Errorf("the device is %q", sum.Device)
	}

	// A run that was killed after its last step gets its summary when it is resumed.
	must(t, os.Remove(filepath.Join(dir, run.SummaryFile)))
	succeeds(t, "train", "--resume", dir)
	check(run.Finished, 12, 12)

	// While it goes on there is none.
	dir = filepath.Join(t.TempDir(), "run")
	code, said := trainUntil(t, dir, list, func(stop func()) { stop() }, "--steps", "9")
	if code != exitInterrupted {
		t.Fatalf("ended with %d: %s", code, said)
	}
	check(run.Interrupted, 1, 9)
	var seen []string
	out := writerFunc(func(line []byte) (int, error) {
		if _, err := os.Stat(filepath.Join(dir, run.SummaryFile)); err == nil && strings.HasPrefix(string(line), "step:") {
			seen = append(seen, string(line))
		}
		return len(line), nil
	})
	var words strings.Builder
	if code := execute(t.Context(), []string{"gorgan", "train", "--resume", dir}, out, &words); code != 0 || seen != nil {
		t.Errorf("ended with %d: %s; a summary is there at %q", code, words.String(), seen)
	}
	check(run.Finished, 9, 9)
}
