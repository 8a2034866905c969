package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorgan/model"
)

// The run whose crashes are looked at: three saves, three evaluations of which the second is
// the best, in a numbered folder that is made with the one above it.
const (
	crashFlags  = small + " --seed 2 --learning-rate 0.05 --steps 12 --save-every 4 --display-every 6 --evaluate-every 4 --evaluate-count 100"
	crashSteps  = 12
	crashSave   = 4
	crashFolder = "runs/00000-tiny-non-saturating"
)

// crashed is a state to go on from.
type crashed struct {
	*disk
	how   string
	saved int // the last step of which the process knew that it is saved, -1 for none
}

// TestCrash records what a run and a resume do to files, and goes on from what crashes of
// them can leave. Whatever is left, nothing is lost of what was done up to the last checkpoint
// that the process knew to be saved, and the run comes to the files of one that did not crash.
//
// In each state the run is read as a resume does. In GORGAN_CRASHES of those of either sequence,
// as far apart as can be, it goes on to its end.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and starts no goroutine that the race detector sees")
	}
	resumes, err := strconv.Atoi(cmp.Or(os.Getenv("GORGAN_CRASHES"), "40"))
	must(t, err)
	program, list := programUnderTest(t), tinyList(t)
	began := func(keep string) []string {
		return slices.Concat([]string{"train", "--data", list, "--keep", keep}, strings.Fields(crashFlags))
	}
	t.Run("run", func(t *testing.T) {
		root := t.TempDir()
		states := recordCrashes(t, root, -1, program, began("1"))
		goOnFromAll(t, states, filepath.Join(root, crashFolder), began("1"), resumes)
	})
	// Back to an earlier checkpoint, which takes lines away, of a run with a line that cannot
	// be read.
	t.Run("resume", func(t *testing.T) {
		root := t.TempDir()
		dir := filepath.Join(root, crashFolder)
		succeeds(t, append(began("0"), "--out", dir)...)
		text, err := os.ReadFile(filepath.Join(dir, metricsFile))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, metricsFile), slices.Concat([]byte("damaged\n"), text), 0o666))
		states := recordCrashes(t, root, 4, program, []string{"train", "--resume", filepath.Join(dir, "checkpoint_000004.safetensors")})
		goOnFromAll(t, states, dir, nil, resumes)
	})
}

// succeeds carries out a command in this process.
func succeeds(t *testing.T, args ...string) {
	t.Helper()
	var said strings.Builder
	if code := run(t.Context(), append([]string{"gorgan"}, args...), io.Discard, &said); code != 0 {
		t.Fatalf("%q ended with %d: %s", args, code, said.String())
	}
}

// recordCrashes has strace record what the program does in the folder root, where it is known that
// step saved is, and returns the states that differ.
func recordCrashes(t *testing.T, root string, saved int, program string, args []string) []crashed {
	t.Helper()
	needStrace(t)
	start, trace := diskOf(t, root), filepath.Join(t.TempDir(), "trace")
	traced := &process{Cmd: exec.Command("strace", slices.Concat(straceArgs(trace), []string{program}, args)...)}
	traced.Dir = root
	traced.Stdout, traced.Stderr = &traced.said, &traced.said
	must(t, traced.Start())
	traced.succeeds(t)
	file, err := os.Open(trace)
	must(t, err)
	defer file.Close()
	calls, err := parseStrace(file)
	must(t, err)
	done, err := operations(root, start, calls)
	must(t, err)
	end := start.clone()
	savedAfter := []int{saved} // each operation
	for _, o := range done {
		for _, c := range o.data {
			end.changeData(c)
			saved = max(saved, savedBefore(c.text))
		}
		for _, c := range o.names {
			end.changeName(c)
		}
		savedAfter = append(savedAfter, saved)
	}
	known := contents{}
	if end.key(known) != diskOf(t, root).key(known) {
		t.Fatal("the recorded operations do not give the files that are there")
	}
	var states []crashed
	seen := map[string]int{}
	all := 0
	crashStates(start, done, func(after int, how string, d *disk) {
		all++
		state := crashed{d, fmt.Sprintf("after operation %d, %s: %s", after, done[after-1].what, how), savedAfter[after]}
		key := d.key(known)
		if n, ok := seen[key]; ok {
			if savedAfter[after] > states[n].saved {
				states[n] = state
			}
			return
		}
		seen[key] = len(states)
		states = append(states, state)
	})
	t.Logf("%d operations, %d states, %d of them differ", len(done), all, len(states))
	return states
}

var (
	measuredStep = regexp.MustCompile(`^{"step":(\d+),`)
	lastWords    = "optimization finished\n"
)

// savedBefore is the step that is saved when a run writes text: a step is measured once the
// checkpoint before it is saved. It is -1 where the text says nothing about that.
func savedBefore(text string) int {
	if text == lastWords {
		return crashSteps
	}
	if m := measuredStep.FindStringSubmatch(text); m != nil && !strings.Contains(text, "\n{") {
		step, _ := strconv.Atoi(m[1])
		return (step - 1) / crashSave * crashSave
	}
	return -1
}

// needStrace skips the test where no process can be traced, or fails it where
// GORGAN_REQUIRE_STRACE is set.
func needStrace(t *testing.T) {
	t.Helper()
	err := exec.Command("strace", "-o", os.DevNull, "true").Run()
	if err == nil {
		return
	}
	if os.Getenv("GORGAN_REQUIRE_STRACE") != "" {
		t.Fatalf("strace traces no process: %v", err)
	}
	t.Skipf("strace, which records what a run does to files, traces no process here: %v", err)
}

// goOnFromAll goes on from the states of a run, whose undisturbed end is in the folder want.
// Where there is no run yet it is begun with args.
func goOnFromAll(t *testing.T, states []crashed, want string, args []string, resumes int) {
	t.Helper()
	stride, ended := max(1, len(states)/max(1, resumes)), 0
	for n, s := range states {
		ok := t.Run(strconv.Itoa(n), func(t *testing.T) {
			root := scratch(t)
			s.layOut(t, root)
			dir := filepath.Join(root, crashFolder)
			reads(t, dir, want, s.saved)
			if n%stride == 0 && !t.Failed() {
				ended++
				ends(t, dir, want, args)
			}
			if t.Failed() {
				t.Logf("%s; step %d was saved; there is %q", s.how, s.saved, s.reached())
			}
		})
		if !ok {
			t.Fatal("the other states are left out")
		}
	}
	t.Logf("%d states are read, %d of them go on to the end", len(states), ended)
}

// scratch is a folder in memory, if there is one, where files are made in no time.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "gorgan-crash-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

// reads reads a run as a resume does. It has what the run in the folder want noted up to the
// same step, which is not before saved.
func reads(t *testing.T, dir, want string, saved int) {
	t.Helper()
	p := &plan{}
	err := p.resume(newUI(io.Discard, io.Discard), dir)
	defer func() { must(t, p.close()) }()
	if _, none := os.Stat(filepath.Join(dir, settingsFile)); none != nil {
		if saved >= 0 || err == nil || !strings.Contains(err.Error(), "is not a run") {
			t.Errorf("there is no run: %v", err)
		}
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	if int(p.step()) < saved {
		t.Errorf("it goes on from step %d", p.step())
	}
	measured, err := readMetrics(want, p.step())
	must(t, err)
	evaluated, err := readEvaluations(want, p.step())
	must(t, err)
	untimed := func(all []model.Metrics) []model.Metrics {
		all = slices.Clone(all)
		for i := range all {
			all[i].Seconds, all[i].ImagesPerSecond = 0, 0
		}
		return all
	}
	if got, want := untimed(p.run.measured.noted), untimed(measured.noted); !slices.Equal(got, want) {
		t.Errorf("up to step %d there are %d measurements, want the %d of the whole run", p.step(), len(got), len(want))
	}
	steps := func(all []evaluation) (steps []uint32) {
		for _, e := range all {
			if e.Step < p.step() { // that of the very step is made up for
				steps = append(steps, e.Step)
			}
		}
		return steps
	}
	if got, want := steps(p.run.evaluated.noted), steps(evaluated.noted); !slices.Equal(got, want) {
		t.Errorf("up to step %d there are evaluations of %v, want %v", p.step(), got, want)
	}
}

// ends takes a run to its end, which is that of the run in the folder want. Where there is
// none, it is begun with args.
func ends(t *testing.T, dir, want string, args []string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, settingsFile)); errors.Is(err, os.ErrNotExist) {
		succeeds(t, append(args, "--out", dir)...)
	} else {
		succeeds(t, "train", "--resume", dir)
	}
	sameRun(t, want, dir, crashSteps)
	noneHalfWritten(t, dir)
	if got, want := checkpointsOf(t, dir), checkpointsOf(t, want); !slices.Equal(got, want) {
		t.Errorf("checkpoints %v are kept, want %v", got, want)
	}
	if kept, err := os.ReadFile(filepath.Join(want, metricsFile+".damaged")); err == nil {
		got, err := os.ReadFile(filepath.Join(dir, metricsFile+".damaged"))
		if err != nil || !strings.HasPrefix(string(got), "damaged\n") {
			t.Errorf("the damaged lines are kept as %q, %v; the first were %.20q", got, err, kept)
		}
	}
}
