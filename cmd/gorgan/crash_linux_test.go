package main

import (
	"cmp"
	"fmt"
	"gorgan/model/run"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
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
// In each state the run is read as a resume does. In GORGAN_CRASHES of those of a run, and of
// those of a resume, it goes on to its end.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and starts no goroutine that the race detector sees")
	}
	resumes, err := strconv.Atoi(cmp.Or(os.Getenv("GORGAN_CRASHES"), "25"))
	must(t, err)
	needStrace(t)
	program, list := programUnderTest(t), tinyList(t)
	began := func(keep string) []string {
		return slices.Concat([]string{"train", "--data", list, "--keep", keep}, strings.Fields(crashFlags))
	}
	whole := filepath.Join(t.TempDir(), "whole") // a run that strace has no part in
	succeeds(t, append(began("0"), "--out", whole)...)
	t.Run("run", func(t *testing.T) {
		root := t.TempDir()
		states := recordCrashes(t, root, -1, program, began("1"))
		sameRun(t, whole, filepath.Join(root, crashFolder), crashSteps)
		goOnFromAll(t, states, filepath.Join(root, crashFolder), began("1"), resumes)
	})
	// Back to an earlier checkpoint, which takes lines away, of a run with a line that cannot
	// be read.
	t.Run("resume", func(t *testing.T) {
		root := t.TempDir()
		dir := filepath.Join(root, crashFolder)
		succeeds(t, append(began("0"), "--out", dir)...)
		text, err := os.ReadFile(filepath.Join(dir, run.MetricsFile))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, run.MetricsFile), slices.Concat([]byte("damaged\n"), text), 0o666))
		states := recordCrashes(t, root, 4, program, []string{"train", "--resume", filepath.Join(dir, "checkpoint_000004.safetensors")})
		sameRun(t, whole, dir, crashSteps)
		goOnFromAll(t, states, dir, nil, resumes)
	})
}

// recordCrashes has strace record what the program does in the folder root, where a run has
// saved step saved. It returns what crashes can leave there.
func recordCrashes(t *testing.T, root string, saved int, program string, args []string) []crashed {
	t.Helper()
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
		}
		for _, c := range o.names {
			end.changeName(c)
		}
		saved = max(saved, savedBefore(o))
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

// measuredStep finds the step of a line of metrics.jsonl.
var measuredStep = regexp.MustCompile(`^{"step":(\d+),`)

// savedBefore is a step that is saved before a run does o: a step is measured, and the last
// words are said, once the checkpoint before is saved. It is -1 where o says nothing of it.
func savedBefore(o operation) int {
	for _, c := range o.data {
		if c.text == "optimization finished\n" {
			return crashSteps
		}
		if m := measuredStep.FindStringSubmatch(c.text); m != nil && strings.HasSuffix(o.what, "/"+run.MetricsFile) {
			step, _ := strconv.Atoi(m[1])
			return (step - 1) / crashSave * crashSave
		}
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
