package main

import (
	"fmt"
	"gorgan/model/run"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBusy: a second process leaves a run's folder alone while the first trains in it,
// which comes to the weights it would have had.
func TestBusy(t *testing.T) {
	program, list, dir := programUnderTest(t), tinyList(t), t.TempDir()
	train := func(out string) []string {
		return append(strings.Fields("train --steps 20000 --save-every 1000 --display-every 5000 "+small), "--data", list, "--out", out)
	}
	alone, shared := filepath.Join(dir, "alone"), filepath.Join(dir, "shared")
	start(t, program, train(alone)...).succeeds(t)
	first := start(t, program, train(shared)...)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(filepath.Join(shared, run.LastFile)); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the first process has no checkpoint")
		}
	}
	host, err := os.Hostname()
	must(t, err)
	want := fmt.Sprintf("is in use by process %d on host %s; ", first.Process.Pid, host)
	for _, line := range [][]string{{"train", "--resume", shared}, train(shared)} {
		second := start(t, program, line...)
		second.Wait()
		if code := second.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(second.said.String(), want) {
			t.Errorf("%v: code %d, want %q in\n%s", line, code, want, second.said.String())
		}
	}
	first.succeeds(t)
	sameRun(t, alone, shared, 20000)
}
