//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorgan/model/run"
)

// TestSweepEnded: a sweep that is killed, or ended by a signal, goes on with the same command, and comes to what single
// commands come to. A signal ends its runs too. After a kill they train on, and the next sweep waits for them.
func TestSweepEnded(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and starts no goroutine that the race detector sees")
	}
	program, list, dir := programUnderTest(t), tinyList(t), t.TempDir()
	const steps = 8000
	alone := filepath.Join(dir, "alone")
	succeeds(t, append(strings.Fields(fmt.Sprintf("train --steps %d --loss bce --seed 2 --data %s --out %s", steps, list, alone)), strings.Fields(small)...)...)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			out := filepath.Join(dir, signal.String())
			file := writeSweep(t, out, list, steps, "hinge", "bce")
			p := start(t, program, "sweep", file, "--jobs", "2")
			second := filepath.Join(out, "loss-hinge_seed-2")
			for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
				if m, err := run.ReadMetrics(second, steps); err == nil && len(m.Noted) > 0 {
					break
				}
				if time.Since(began) > time.Minute {
					t.Fatalf("no run begins: %s", p.said.String())
				}
			}
			must(t, p.Process.Signal(signal))
			err := p.Wait()
			if signal == syscall.SIGTERM {
				if p.ProcessState.ExitCode() != exitInterrupted || !strings.HasSuffix(p.said.String(), "gorgan: interrupted; the runs are saved; go on with the same command\n") {
					t.Errorf("%v: %s", err, p.said.String())
				}
				if run.InUse(second) {
					t.Error("a run trains on")
				}
			}
			if _, err := os.Stat(filepath.Join(out, "loss-bce_seed-2")); !errors.Is(err, os.ErrNotExist) {
				t.Fatalf("the last run has begun, so nothing is left to go on with: %v", err)
			}
			start(t, program, "sweep", file, "--jobs", "2").succeeds(t)
			sameRun(t, alone, filepath.Join(out, "loss-bce_seed-2"), steps)
			for _, name := range []string{"loss-hinge_seed-1", "loss-hinge_seed-2", "loss-bce_seed-1"} {
				if sum := readSummary(t, filepath.Join(out, name)); sum.Ended != run.Finished || sum.Step != steps {
					t.Errorf("%s: %+v", name, sum)
				}
			}
		})
	}
}

// writeSweep writes the file of a sweep of tiny runs, two seeds of each loss, and returns its path.
func writeSweep(t *testing.T, out, list string, steps int, losses ...string) (file string) {
	t.Helper()
	file = out + ".toml"
	must(t, os.WriteFile(file, fmt.Appendf(nil, `out = %q
seeds = "1-2"
[fixed]
data = %q
steps = %d
size = 7
held_out = 0
noise_dim = 8
gen_hidden = [16]
dis_hidden = [16]
batch_size = 16
device = "cpu"
[grid]
loss = ["%s"]
`, out, list, steps, strings.Join(losses, `", "`)), 0o666))
	return file
}

// TestSweepSaves: SIGUSR1 to a sweep makes all its runs save their states and go on.
func TestSweepSaves(t *testing.T) {
	if testing.Short() {
		t.Skip("starts no goroutine that the race detector sees")
	}
	program, list, dir := programUnderTest(t), tinyList(t), t.TempDir()
	out := filepath.Join(dir, "out")
	file := writeSweep(t, out, list, 8000, "hinge")
	p := start(t, program, "sweep", file, "--jobs", "2")
	runs := []string{filepath.Join(out, "loss-hinge_seed-1"), filepath.Join(out, "loss-hinge_seed-2")}
	within := func(what string, is func(dir string) bool) {
		t.Helper()
		for began := time.Now(); !is(runs[0]) || !is(runs[1]); time.Sleep(5 * time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatalf("no run %s: %s", what, p.said.String())
			}
		}
	}
	within("begins", func(dir string) bool { m, err := run.ReadMetrics(dir, 8000); return err == nil && len(m.Noted) > 0 })
	must(t, p.Process.Signal(syscall.SIGUSR1))
	p.succeeds(t)
	for _, dir := range runs {
		text, err := os.ReadFile(filepath.Join(dir, run.LogFile))
		must(t, err)
		if strings.Count(string(text), " is saved, as a signal asked; the run goes on") != 1 {
			t.Errorf("the log of %s has\n%s", dir, text)
		}
	}
}
