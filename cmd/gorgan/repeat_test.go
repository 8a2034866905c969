package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/model/run"
)

// TestRepeating: the commands that repeat a run name its plan, in place of the one that it was begun with.
func TestRepeating(t *testing.T) {
	dir := t.TempDir()
	s := run.Settings{}
	s.Steps = 7
	s.Began.Command = []string{"train", "--plan", "auto", "--out", "x", "--steps", "5", "--plan=own"}
	lines := func() string {
		var all []string
		for _, c := range repeating(dir+string(os.PathSeparator), s) {
			all = append(all, c.Does+": "+c.Line)
		}
		return strings.Join(all, "\n")
	}
	config := "gorgan train --config " + dir + "/config.json"
	if want := "the command that began it, without its folder: gorgan train --plan auto --steps 5 --plan=own\nfrom the run's folder, to step 7: " + config; lines() != want {
		t.Errorf("got\n%s, want\n%s", lines(), want)
	}
	must(t, os.WriteFile(filepath.Join(dir, run.PlanFile), nil, 0o666))
	plan := " --plan " + dir + "/plan.json"
	if want := "the command that began it, without its folder, with its plan: gorgan train --steps 5" + plan + "\nfrom the run's folder, to step 7, with its plan: " + config + plan; lines() != want {
		t.Errorf("got\n%s, want\n%s", lines(), want)
	}
}
