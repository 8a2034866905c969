package main

import (
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"gorgan/model"
)

func TestCandidates(t *testing.T) {
	for line, want := range map[string][]string{
		"t":                       {"train", "timelapse", "tune"},
		"train --lo":              {"--loss"},
		"train --loss h":          {"hinge"},
		"train --loss":            {"--loss"},
		"train --loss hinge --op": {"--optimizer"},
		"train --mirror --fi":     {"--fit"},
		"train --data x":          nil, // a path
		"train --preset dig":      {"digits"},
		"train --loss=hinge --fi": {"--fit"},
		"presets st":              {"stacked"},
		"data ":                   {"check", "preview", "export"},
		"data check --j":          {"--json"},
		"inspect RUN --j":         {"--json"},
		"inspect RUN ":            nil,
		"completion ":             {"bash", "zsh", "fish", "powershell"},
		"nothing ":                nil,
	} {
		if got := candidates(newApp(newUI(io.Discard, io.Discard)), strings.Split(line, " ")); !slices.Equal(got, want) {
			t.Errorf("gorgan %s: got %v, want %v", line, got, want)
		}
	}
	if got := candidates(newApp(newUI(io.Discard, io.Discard)), strings.Split("train --loss ", " ")); !slices.Equal(got, model.Losses()) {
		t.Errorf("the losses are %v", got)
	}
}

// TestChoices: each flag whose help lists names can be completed with them.
func TestChoices(t *testing.T) {
	listed := regexp.MustCompile("`[A-Z]+`: ([a-z0-9-]+),")
	found := 0
	var check func(commands []*cli.Command)
	check = func(commands []*cli.Command) {
		for _, c := range commands {
			for _, f := range c.Flags {
				m := listed.FindStringSubmatch(usageOf(f))
				if m == nil || slices.Contains([]string{"data", "plan"}, f.Names()[0]) { // those are paths too
					continue
				}
				found++
				if name := f.Names()[0]; !slices.Contains(choices(name), m[1]) {
					t.Errorf("gorgan %s --%s lists %s, and completes %v", c.Name, name, m[1], choices(name))
				}
			}
			check(c.Subcommands)
		}
	}
	check(newApp(newUI(io.Discard, io.Discard)).Commands)
	if found < 10 {
		t.Errorf("%d flags list names", found)
	}
}

// usageOf returns a flag's text for the help.
func usageOf(f cli.Flag) string {
	if m, ok := f.(modelFlag); ok {
		f = m.Flag
	}
	return f.(cli.DocGenerationFlag).GetUsage()
}

// TestCompletionScripts: each script is one that its shell can read, where there is such a shell.
func TestCompletionScripts(t *testing.T) {
	for _, c := range completions {
		var script strings.Builder
		if code := execute(t.Context(), []string{"gorgan", "completion", c.shell}, &script, io.Discard); code != 0 || script.String() != c.script {
			t.Errorf("gorgan completion %s ended with %d and printed %q", c.shell, code, script.String())
		}
		if c.shell == "powershell" {
			continue // it has no option that only reads
		}
		shell, err := exec.LookPath(c.shell)
		if err != nil {
			t.Logf("no %s here", c.shell)
			continue
		}
		check := exec.Command(shell, "-n")
		check.Stdin = strings.NewReader(c.script)
		if said, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", c.shell, err, said)
		}
	}
}
