package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgan/model/run"
)

// trainJSON carries out train --json and returns its events, and what it says to people.
func trainJSON(t *testing.T, wantCode int, args ...string) (events []map[string]any, said string) {
	t.Helper()
	var out, people bytes.Buffer
	if code := execute(t.Context(), append([]string{"gorgan", "train", "--json"}, args...), &out, &people); code != wantCode {
		t.Fatalf("ended with %d: %s", code, people.String())
	}
	for line := range bytes.Lines(out.Bytes()) {
		var e map[string]any
		must(t, json.Unmarshal(line, &e))
		if _, err := time.Parse(time.RFC3339, e["time"].(string)); err != nil {
			t.Error(err)
		}
		delete(e, "time")
		events = append(events, e)
	}
	return events, people.String()
}

// TestJSONEvents: the events of a run have what its files have, and nothing for people is between them.
func TestJSONEvents(t *testing.T) {
	list, dir := tinyList(t), filepath.Join(t.TempDir(), "run")
	flags := append(strings.Fields("--steps 12 --save-every 5 --display-every 6 --evaluate-every 6 --evaluate-count 100 --data "+list+" --out "+dir), strings.Fields(small)...)
	events, said := trainJSON(t, 0, flags...)
	of := map[string][]map[string]any{}
	for _, e := range events {
		name := e["event"].(string)
		delete(e, "event")
		of[name] = append(of[name], e)
	}
	lines := func(name string) (all []map[string]any) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		for line := range bytes.Lines(text) {
			var v map[string]any
			must(t, json.Unmarshal(line, &v))
			all = append(all, v)
		}
		return all
	}
	if got, want := of["metrics"], lines(run.MetricsFile); !reflect.DeepEqual(got, want) || len(want) != 12 {
		t.Errorf("metrics are %v, want %v", got, want)
	}
	best := 0.0
	for _, e := range of["evaluation"] {
		if e["best"] == true {
			best = e["step"].(float64)
		}
		delete(e, "best")
	}
	if want := float64(readSummary(t, dir).Best.Step); best != want {
		t.Errorf("the best is step %v, want %v", best, want)
	}
	if got, want := of["evaluation"], lines(run.EvaluationsFile); !reflect.DeepEqual(got, want) || len(want) != 2 {
		t.Errorf("evaluations are %v, want %v", got, want)
	}
	var saved []float64
	for _, e := range of["saved"] {
		saved = append(saved, e["step"].(float64))
		if want := filepath.Join(dir, fmt.Sprintf(run.CheckpointFile, int(e["step"].(float64)))); e["checkpoint"] != want {
			t.Errorf("%v is saved, want %s", e["checkpoint"], want)
		}
	}
	if want := []float64{5, 6, 10, 12}; !slices.Equal(saved, want) {
		t.Errorf("saved steps %v, want %v", saved, want)
	}
	var settings map[string]any
	text, err := os.ReadFile(filepath.Join(dir, run.SettingsFile))
	must(t, err)
	must(t, json.Unmarshal(text, &settings))
	began := of["began"]
	if len(began) != 1 || !reflect.DeepEqual(began[0]["settings"], any(settings)) || began[0]["run"] != dir || began[0]["step"] != 0.0 || began[0]["steps"] != 12.0 {
		t.Errorf("began: %v", began)
	}
	var sum map[string]any
	text, err = os.ReadFile(filepath.Join(dir, run.SummaryFile))
	must(t, err)
	must(t, json.Unmarshal(text, &sum))
	sum["run"] = dir
	if ended := of["ended"]; len(ended) != 1 || !reflect.DeepEqual(ended[0], sum) || !reflect.DeepEqual(events[len(events)-1], ended[0]) {
		t.Errorf("ended: %v, want %v", ended, sum)
	}
	if len(of["failed"])+len(of["warning"]) > 0 {
		t.Errorf("%v", events)
	}
	for _, want := range []string{"step:12----", "optimization finished\n", "evaluation at step 12"} {
		if !strings.Contains(said, want) {
			t.Errorf("people are not told %q:\n%s", want, said)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, run.LogFile))
	must(t, err)
	if strings.Contains(string(log), "{") || !strings.Contains(string(log), "step:12----") {
		t.Errorf("the log is\n%s", log)
	}

	// The last event tells of each other end.
	last := func(events []map[string]any) map[string]any { return events[len(events)-1] }
	events, _ = trainJSON(t, 0, "--resume", dir)
	if e := last(events); len(events) != 1 || e["event"] != "ended" || e["ended"] != "finished" || e["step"] != 12.0 {
		t.Errorf("nothing is left: %v", events)
	}
	events, _ = trainJSON(t, 0, "--resume", dir, "--steps", "4000000000", "--for", "1s")
	if e := last(events); e["ended"] != "interrupted" || events[0]["event"] != "began" || events[0]["step"] != 12.0 {
		t.Errorf("the time was over: %v", e)
	}
	events, said = trainJSON(t, exitFailed, "--resume", dir, "--data", filepath.Join(dir, "nowhere"), "--steps", "4000000000")
	if e := last(events); e["event"] != "failed" || !strings.Contains(e["error"].(string), "nowhere") || said != "gorgan: "+e["error"].(string)+"\n" {
		t.Errorf("failed: %v, said %s", events, said)
	}
	events, _ = trainJSON(t, exitFailed, "--resume", filepath.Join(dir, "nowhere"))
	if e := last(events); len(events) != 1 || e["event"] != "failed" {
		t.Errorf("failed: %v", events)
	}
}
