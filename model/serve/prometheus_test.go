package serve

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gorgan/model/run"
)

// TestPrometheus: the text has the form that Prometheus documents, each metric once, and the values are the run's.
func TestPrometheus(t *testing.T) {
	dir := testRuns(t)
	odd := filepath.Join(dir, `odd "name`)
	trainRun(t, odd, 4, testImages(1), nil)
	must(t, os.WriteFile(filepath.Join(odd, run.EvaluationsFile), []byte(`{"step":4,"figures":[{"name":"frechet_distance","value":2.5,"floor":0.5}]}`+"\n"), 0o666))
	_, at := newServer(t, dir, nil)
	code, header, text := ask(t, at+"/metrics")
	if kind := header.Get("Content-Type"); code != 200 || kind != "text/plain; version=0.0.4; charset=utf-8" || !strings.HasSuffix(string(text), "\n") {
		t.Fatalf("%d %s", code, kind)
	}
	help := regexp.MustCompile(`^# HELP ([a-z_]+) [A-Z1].*\.$`)
	kind := regexp.MustCompile(`^# TYPE ([a-z_]+) gauge$`)
	line := regexp.MustCompile(`^([a-z_]+)((?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})?) (\S+)$`)
	values, seen, metric := map[string]float64{}, map[string]bool{}, ""
	for l := range strings.Lines(string(text)) {
		l = strings.TrimSuffix(l, "\n")
		if m := help.FindStringSubmatch(l); m != nil {
			if metric = m[1]; seen[metric] {
				t.Errorf("%s twice", metric)
			}
			seen[metric] = true
		} else if m := kind.FindStringSubmatch(l); m != nil {
			if m[1] != metric {
				t.Errorf("%q below the help of %s", l, metric)
			}
		} else if m := line.FindStringSubmatch(l); m != nil {
			v, err := strconv.ParseFloat(m[3], 64)
			if _, twice := values[m[1]+m[2]]; err != nil || twice || m[1] != metric {
				t.Errorf("%q: %v, twice: %v", l, err, twice)
			}
			values[m[1]+m[2]] = v
		} else {
			t.Errorf("line %q", l)
		}
	}
	for sample, want := range map[string]float64{
		"gorgan_runs": 3, "gorgan_runs_unreadable": 0, `gorgan_run_step{run="a"}`: 9, `gorgan_run_steps{run="deep/er/b"}`: 4, `gorgan_run_training{run="a"}`: 0,
		`gorgan_run_evaluation{run="odd \"name",figure="frechet_distance"}`: 2.5, `gorgan_run_evaluation_floor{run="odd \"name",figure="frechet_distance"}`: .5,
	} {
		if got, ok := values[sample]; !ok || got != want {
			t.Errorf("%s is %v (%v), want %v", sample, got, ok, want)
		}
	}
	measured, err := run.ReadMetrics(filepath.Join(dir, "a"), 99)
	must(t, err)
	if last := measured.Noted[len(measured.Noted)-1]; values[`gorgan_run_generator_loss{run="a"}`] != last.GLoss || values[`gorgan_run_discriminator_fake{run="a"}`] != last.DFake {
		t.Errorf("losses of a differ from %+v", last)
	}
}
