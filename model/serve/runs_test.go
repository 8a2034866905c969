package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gorgan/model/run"
)

// TestRuns: runs are found in folders of folders, and told with their state.
func TestRuns(t *testing.T) {
	dir := testRuns(t)
	must(t, os.MkdirAll(filepath.Join(dir, "broken"), 0o777))
	must(t, os.WriteFile(filepath.Join(dir, "broken", run.SettingsFile), []byte("{"), 0o666))
	must(t, os.MkdirAll(filepath.Join(dir, "1", "2", "3", "4"), 0o777))
	must(t, os.WriteFile(filepath.Join(dir, "1", "2", "3", "4", run.SettingsFile), []byte("{}"), 0o666)) // too deep
	s, at := newServer(t, dir, nil)
	var all struct {
		Folder string
		Runs   []overview
	}
	must(t, json.Unmarshal(asked(t, at+"/api/runs"), &all))
	if len(all.Runs) != 3 || all.Runs[0].Name != "deep/er/b" || all.Runs[1].Name != "broken" || all.Runs[2].Name != "a" || all.Folder != filepath.Base(dir) {
		t.Fatalf("got %+v", all)
	}
	if b := all.Runs[1]; !strings.Contains(b.Error, "config.json") {
		t.Errorf("of the broken one: %+v", b)
	}
	a := all.Runs[2]
	if a.State != "finished" || a.Step != 9 || a.Steps != 9 || a.Data != "noise" || a.Last.Step != 9 || len(a.Checkpoints) != 4 || len(a.Pictures) != 7 || a.Warnings == nil {
		t.Errorf("of a: %+v", a)
	}
	// What cannot be read is told.
	add(t, filepath.Join(dir, "a", run.MetricsFile), "{\n")
	must(t, json.Unmarshal(asked(t, at+"/api/runs"), &all))
	if notes := all.Runs[2].Notes; len(notes) != 1 || !strings.Contains(notes[0], "metrics.jsonl: its last line is cut short") {
		t.Errorf("notes %q", notes)
	}
	// Without a summary a run trains as long as its files change, and is silent afterwards.
	must(t, os.Remove(filepath.Join(dir, "a", run.SummaryFile)))
	snap, err := s.runs.snapshot("a")
	must(t, err)
	if now, later := snap.state(time.Now()), snap.state(time.Now().Add(quietTime)); now != training || later != silent {
		t.Errorf("the run is %s, and later %s", now, later)
	}
	again, err := s.runs.snapshot("a")
	if err != nil || again != snap {
		t.Errorf("a run that has not changed is read again: %v", err)
	}
}

// TestOneRun: a run's folder is a folder of one run.
func TestOneRun(t *testing.T) {
	dir := filepath.Join(testRuns(t), "a")
	_, at := newServer(t, dir, nil)
	asked(t, at+"/api/run?run=a")
	asked(t, at+"/api/picture?run=a&name=reals.png")
	for _, name := range []string{".", "", "a/..", "../a"} {
		if code, _, text := ask(t, at+"/api/run?run="+url.QueryEscape(name)); code != http.StatusNotFound {
			t.Errorf("%q: %d %s", name, code, text)
		}
	}
}

// TestInside: no request reads what is outside the folder of runs, or what is no file of a run.
func TestInside(t *testing.T) {
	dir := testRuns(t)
	outside := t.TempDir()
	trainRun(t, filepath.Join(outside, "secret"), 4, testImages(1), nil)
	must(t, os.WriteFile(filepath.Join(outside, "secret.png"), []byte("secret"), 0o666))
	_, at := newServer(t, dir, nil)
	paths := []string{"/api/run?run=%s", "/api/metrics?run=%s", "/api/stream?run=%s", "/api/picture?run=%s&name=reals.png", "/api/model?run=%s", "/api/image?run=%s&step=4", "/api/nearest?run=%s&step=4", "/api/real?run=%s&image=0"}
	names := []string{"../" + filepath.Base(outside) + "/secret", filepath.Join(outside, "secret"), "a/../a", "./a", "a/", "/a", ".", "..", "", "a\x00", `a\..\a`, "deep", "deep/../a"}
	if runtime.GOOS != "windows" {
		must(t, os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "link")))
		names = append(names, "link")
		for link, to := range map[string]string{"fakes_000777.png": filepath.Join(outside, "secret.png"), "fakes_000778.png": "reals.png"} {
			must(t, os.Symlink(to, filepath.Join(dir, "a", link)))
		}
	}
	for _, path := range paths {
		for _, name := range names {
			if code, _, text := ask(t, at+strings.ReplaceAll(path, "%s", url.QueryEscape(name))); code != http.StatusNotFound || strings.Contains(string(text), "secret.png") {
				t.Errorf("%s with %q: %d %s", path, name, code, text)
			}
		}
	}
	for _, name := range []string{"../../secret.png", "config.json", "checkpoint_000004.safetensors", "fakes_000777.png", "fakes_000778.png", "fakes_1.png", "reals.png/", "", "log.txt", "loss.png"} {
		if code, _, text := ask(t, at+"/api/picture?run=a&name="+url.QueryEscape(name)); code == http.StatusOK || strings.Contains(string(text), "PNG") {
			t.Errorf("picture %q: %d %.40q", name, code, text)
		}
	}
	for _, path := range []string{"/web/", "/web/../serve.go", "/web/%2e%2e/serve.go", "/web", "/run.html", "/a/config.json", "/debug/pprof/"} {
		if code, _, text := ask(t, at+path); code == http.StatusOK {
			t.Errorf("%s: %d %.40q", path, code, text)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	// A run whose lines or log lie elsewhere is not read at all.
	for _, file := range []string{run.MetricsFile, run.LogFile, run.SettingsFile, run.SummaryFile} {
		path := filepath.Join(dir, "deep", "er", "b", file)
		must(t, os.Rename(path, path+".old"))
		must(t, os.Symlink(filepath.Join(outside, "secret", file), path))
		if code, _, text := ask(t, at+"/api/run?run=deep/er/b"); code == http.StatusOK {
			t.Errorf("with a link %s: %d %s", file, code, text)
		}
		must(t, os.Remove(path))
		must(t, os.Rename(path+".old", path))
	}
	asked(t, at+"/api/run?run=deep/er/b")
}

// TestSettings: a run's settings come with those of its baseline, and those that differ are told.
func TestSettings(t *testing.T) {
	dir := testRuns(t)
	_, at := newServer(t, dir, func(o *Options) {
		o.Baseline = func(s run.Settings) (string, run.Settings, error) {
			s.Model.BatchSize, s.Keep, s.Fingerprint, s.Model.Height = 99, 5, "other", 77
			return "the preset x", s, nil
		}
	})
	var got struct {
		Baseline string
		Settings []setting
	}
	must(t, json.Unmarshal(asked(t, at+"/api/run?run=a"), &got))
	differ := map[string]any{}
	for _, s := range got.Settings {
		if s.Differs {
			differ[s.Key] = s.Baseline
		}
	}
	if got.Baseline != "the preset x" || len(differ) != 2 || differ["batch_size"] != 99. || differ["keep"] != 5. {
		t.Errorf("got %s, %v", got.Baseline, differ)
	}
}

// TestReadAtOnce: requests that read a growing run at once see no line go away.
func TestReadAtOnce(t *testing.T) {
	dir := testRuns(t)
	goOnTo(t, filepath.Join(dir, "a"), 2000)
	s, _ := newServer(t, dir, nil)
	first, err := s.runs.snapshot("a")
	must(t, err)
	var reading sync.WaitGroup
	ended := make(chan bool)
	for range 8 {
		reading.Go(func() {
			for last := first; ; {
				select {
				case <-ended:
					return
				default:
				}
				next, err := s.runs.snapshot("a")
				if err != nil || next.generation != first.generation || next.step() < last.step() {
					t.Errorf("after generation %d and step %d come %d and %d: %v", first.generation, last.step(), next.generation, next.step(), err)
					return
				}
				last = next
			}
		})
	}
	for step := 10; step < 2000; step++ {
		add(t, filepath.Join(dir, "a", run.MetricsFile), fmt.Sprintf("{\"step\":%d}\n", step))
		add(t, filepath.Join(dir, "a", run.LogFile), "a line\n")
	}
	close(ended)
	reading.Wait()
}

// TestGone: runs that are gone are forgotten. A run that takes the place of one is another.
func TestGone(t *testing.T) {
	dir := testRuns(t)
	s, _ := newServer(t, dir, nil)
	first, err := s.runs.snapshot("a")
	must(t, err)
	sent := follower{}
	_, err = sent.events(s.runs, first)
	must(t, err)
	must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "c")))
	_, err = s.runs.names()
	must(t, err)
	if len(s.runs.read) != 0 {
		t.Errorf("kept are %v", s.runs.read)
	}
	must(t, os.Rename(filepath.Join(dir, "c"), filepath.Join(dir, "a")))
	again, err := s.runs.snapshot("a")
	must(t, err)
	text, err := sent.events(s.runs, again)
	if err != nil || !strings.Contains(string(text), "event: reset") {
		t.Errorf("a page is not told to begin again: %v %s", err, text)
	}
}
