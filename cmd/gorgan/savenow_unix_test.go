//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gorgan/model/run"
)

// TestSaveNow: SIGUSR1 makes a run save its state and go on, and changes nothing else.
func TestSaveNow(t *testing.T) {
	list, dir := tinyList(t), t.TempDir()
	args := func(name string) []string {
		return append(strings.Fields("gorgan train --steps 3000 --display-every 500 --save-every 3000 --keep 0 --data "+list+" --out "+filepath.Join(dir, name)), strings.Fields(small)...)
	}
	var said strings.Builder
	asked := false
	out := writerFunc(func(line []byte) (int, error) {
		if strings.HasPrefix(string(line), "step:500--") {
			self, err := os.FindProcess(os.Getpid())
			must(t, err)
			must(t, self.Signal(syscall.SIGUSR1))
			asked = true
		}
		return len(line), nil
	})
	if code := execute(t.Context(), args("asked"), out, &said); code != 0 || !asked {
		t.Fatalf("ended with %d: %s", code, said.String())
	}
	steps, err := run.CheckpointSteps(filepath.Join(dir, "asked"))
	must(t, err)
	if len(steps) != 3 || steps[1] < 501 || steps[1] >= 3000 {
		t.Fatalf("checkpoints of steps %d, want one between 500 and 3000", steps)
	}
	if strings.Count(said.String(), " is saved, as a signal asked; the run goes on\n") != 1 {
		t.Error(said.String())
	}
	if code := execute(t.Context(), args("alone"), writerFunc(func(line []byte) (int, error) { return len(line), nil }), &said); code != 0 {
		t.Fatalf("ended with %d: %s", code, said.String())
	}
	sameRun(t, filepath.Join(dir, "asked"), filepath.Join(dir, "alone"), 3000)

	// From the checkpoint that was asked for, the run comes to the same end.
	from := filepath.Join(dir, "asked", fmt.Sprintf(run.CheckpointFile, steps[1]))
	succeeds(t, "train", "--resume", from)
	sameRun(t, filepath.Join(dir, "asked"), filepath.Join(dir, "alone"), 3000)
}
