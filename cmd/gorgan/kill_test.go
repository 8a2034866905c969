package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"gorgan/model/run"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorgan/dataset/atomicfile"
)

// killed are the runs that TestKill kills: what they have on top of a small net, and how
// many steps for each kill, which take about as long in all of them.
var killed = []struct {
	name, flags string
	steps       int
	streamed    bool // reads its images from disk, which is said again when it goes on
}{
	{name: "plain", steps: 1200},
	{name: "evaluation", steps: 1200, flags: "--evaluate-every 600 --evaluate-count 100 --keep 1"},
	{name: "classes", steps: 1200, flags: "--classes 10 --ema 0.99"},
	{name: "streamed", steps: 100, flags: "--optimizer sgd --momentum 0.5", streamed: true},
}

// TestKill: a run that is killed at any moments, and goes on in its folder as that is left,
// comes to the files of one that was not. GORGAN_KILLS sets how many kills there are.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and starts no goroutine that the race detector sees")
	}
	kills, err := strconv.Atoi(cmp.Or(os.Getenv("GORGAN_KILLS"), "20"))
	must(t, err)
	program, list := programUnderTest(t), tinyList(t)
	for i, kind := range killed {
		t.Run(kind.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			kills, dir := kills/len(killed), t.TempDir()
			steps := kind.steps * kills
			var streamed []string
			if kind.streamed {
				streamed = []string{"--cache", "0"}
			}
			begin := func(out string) *process {
				args := strings.Fields(fmt.Sprintf("train %s %s --steps %d --save-every %d --display-every %d", small, kind.flags, steps, kind.steps/5, kind.steps/4))
				return start(t, program, slices.Concat(args, streamed, []string{"--data", list, "--out", out})...)
			}
			whole, parts := filepath.Join(dir, "whole"), filepath.Join(dir, "parts")
			began := time.Now()
			begin(whole).succeeds(t)
			share := time.Since(began) / time.Duration(kills)
			goOn := func() *process {
				if _, err := os.Stat(filepath.Join(parts, run.SettingsFile)); errors.Is(err, fs.ErrNotExist) {
					return begin(parts)
				}
				return start(t, program, append([]string{"train", "--resume", parts}, streamed...)...)
			}
			landed := 0
			for n := range kills {
				p := goOn()
				wait := time.Duration(random.Int64N(2e8)) // about when a run begins
				if n%2 == 1 {
					wait = share + time.Duration(random.Int64N(int64(share)/2))
				}
				time.Sleep(wait)
				if p.killed(t) {
					landed++
				}
			}
			goOn().succeeds(t)
			if t.Logf("%d of %d kills hit a run of %d steps", landed, kills, steps); landed == 0 {
				t.Error("the run was not killed")
			}
			sameRun(t, whole, parts, uint32(steps))
			noneHalfWritten(t, parts)
		})
	}
}

// programUnderTest is the program, which testscript.Main puts on the path under its name.
func programUnderTest(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("gorgan")
	if err != nil {
		t.Skip("the program is not on the path of this test")
	}
	return program
}

// succeeds carries out a command in this process.
func succeeds(t *testing.T, args ...string) {
	t.Helper()
	var said strings.Builder
	if code := execute(t.Context(), append([]string{"gorgan"}, args...), io.Discard, &said); code != 0 {
		t.Fatalf("%q ended with %d: %s", args, code, said.String())
	}
}

// process is a command line of the program that runs.
type process struct {
	*exec.Cmd
	said bytes.Buffer
}

func start(t *testing.T, program string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(program, args...)}
	p.Stdout, p.Stderr = &p.said, &p.said
	must(t, p.Start())
	return p
}

func (p *process) succeeds(t *testing.T) {
	t.Helper()
	if err := p.Wait(); err != nil {
		t.Fatalf("%v: %v\n%s", p.Args, err, p.said.String())
	}
}

// killed kills the process, and tells whether it had not ended by then. One that failed by
// itself fails the test.
func (p *process) killed(t *testing.T) bool {
	t.Helper()
	err := p.Process.Kill()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	err = p.Wait()
	if strings.Contains(p.said.String(), "gorgan: ") {
		t.Fatalf("%v failed before it was killed:\n%s", p.Args, p.said.String())
	}
	return err != nil
}

// sameRun compares what two runs leave: weights, figures, the best checkpoint and the last
// images. How long they took is left out.
func sameRun(t *testing.T, a, b string, steps uint32) {
	t.Helper()
	weights := func(dir string) string {
		_, state, err := loadModel(dir)
		must(t, err)
		if state.Step != steps {
			t.Errorf("%s is at step %d, want %d", dir, state.Step, steps)
		}
		return state.WeightHash()
	}
	if x, y := weights(a), weights(b); x != y {
		t.Errorf("weights are %s and %s", x, y)
	}
	if x, y := measurements(t, a), measurements(t, b); x != y {
		t.Errorf("%s differ:\n%s\n%s", run.MetricsFile, x, y)
	}
	if x, y := eventsOf(t, a), eventsOf(t, b); !slices.Equal(x, y) {
		t.Errorf("%s differ:\n%q\n%q", run.EventsFile, x, y)
	}
	if x, y := summaryOf(t, a), summaryOf(t, b); x != y {
		t.Errorf("%s differ:\n%s\n%s", run.SummaryFile, x, y)
	}
	for _, name := range []string{run.EvaluationsFile, run.BestFile, fmt.Sprintf(run.FakesFile, steps)} {
		if _, err := os.Stat(filepath.Join(a, name)); errors.Is(err, fs.ErrNotExist) && name != fmt.Sprintf(run.FakesFile, steps) {
			if _, err := os.Stat(filepath.Join(b, name)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is in one run alone: %v", name, err)
			}
			continue
		}
		if digest(t, filepath.Join(a, name)) != digest(t, filepath.Join(b, name)) {
			t.Errorf("%s differs", name)
		}
	}
}

// measurements are a run's metrics but for its time.
func measurements(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, run.MetricsFile))
	must(t, err)
	var kept bytes.Buffer
	for line := range bytes.Lines(text) {
		var m map[string]any
		must(t, json.Unmarshal(line, &m))
		delete(m, "seconds")
		delete(m, "images_per_second")
		must(t, json.NewEncoder(&kept).Encode(m))
	}
	return kept.String()
}

// noneHalfWritten fails if a folder holds a file that was being written.
func noneHalfWritten(t *testing.T, dir string) {
	t.Helper()
	held, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	must(t, err)
	for _, e := range held {
		if atomicfile.IsTemporary(e.Name()) {
			t.Errorf("%s is left half-written", e.Name())
		}
	}
}

func digest(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
