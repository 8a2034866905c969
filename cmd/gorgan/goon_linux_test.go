package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorgan/model"
	"gorgan/model/run"
)

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
	s := &session{}
	err := s.resume(newUI(io.Discard, io.Discard), dir)
	defer func() { must(t, s.close()) }()
	if _, none := os.Stat(filepath.Join(dir, run.SettingsFile)); none != nil {
		if saved >= 0 || err == nil || !strings.Contains(err.Error(), "is not a run") {
			t.Errorf("there is no run: %v", err)
		}
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	if int(s.step()) < saved {
		t.Errorf("it goes on from step %d", s.step())
	}
	measured, err := run.ReadMetrics(want, s.step())
	must(t, err)
	evaluated, err := run.ReadEvaluations(want, s.step())
	must(t, err)
	untimed := func(all []model.Metrics) []model.Metrics {
		all = slices.Clone(all)
		for i := range all {
			all[i].Seconds, all[i].ImagesPerSecond = 0, 0
		}
		return all
	}
	if got, want := untimed(s.folder.Metrics()), untimed(measured.Noted); !slices.Equal(got, want) {
		t.Errorf("up to step %d there are %d measurements, want the %d of the whole run", s.step(), len(got), len(want))
	}
	steps := func(all []run.Evaluation) (steps []uint32) {
		for _, e := range all {
			if e.Step < s.step() { // that of the very step is made up for
				steps = append(steps, e.Step)
			}
		}
		return steps
	}
	if got, want := steps(s.folder.Evaluations()), steps(evaluated.Noted); !slices.Equal(got, want) {
		t.Errorf("up to step %d there are evaluations of %v, want %v", s.step(), got, want)
	}
}

// ends takes a run to its end, which is that of the run in the folder want. Where there is
// none, it is begun with args.
func ends(t *testing.T, dir, want string, args []string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, run.SettingsFile)); errors.Is(err, os.ErrNotExist) {
		succeeds(t, append(args, "--out", dir)...)
	} else {
		succeeds(t, "train", "--resume", dir)
	}
	sameRun(t, want, dir, crashSteps)
	noneHalfWritten(t, dir)
	if got, want := stepsIn(t, dir), stepsIn(t, want); !slices.Equal(got, want) {
		t.Errorf("checkpoints %v are kept, want %v", got, want)
	}
	if kept, err := os.ReadFile(filepath.Join(want, run.MetricsFile+".damaged")); err == nil {
		got, err := os.ReadFile(filepath.Join(dir, run.MetricsFile+".damaged"))
		if err != nil || !strings.HasPrefix(string(got), "damaged\n") {
			t.Errorf("the damaged lines are kept as %q, %v; the first were %.20q", got, err, kept)
		}
	}
}

// stepsIn are the steps of the checkpoints in a folder.
func stepsIn(t *testing.T, dir string) []uint32 {
	t.Helper()
	steps, err := run.CheckpointSteps(dir)
	must(t, err)
	return steps
}
