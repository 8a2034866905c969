//go:build linux

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// fullOutput are lines of every command, and of every one below it: none, no words at all.
// RUN stands for a run, LIST for its images, and NEW for a file that is not there yet.
var fullOutput = map[string][]string{
	"":          {"", "--help", "--version", "help", "help train"},
	"train":     {"--help", "--data LIST --out NEW --steps 2 " + small, "--data LIST --out NEW --steps 2 --json " + small, "--resume RUN --steps 3"},
	"generate":  {"--help", "--model RUN --out NEW.png", "--model RUN --out -"},
	"walk":      {"--help", "--device cpu --seeds 1,2,1 --seconds 1 --model RUN --out NEW.gif"},
	"timelapse": {"--help", "RUN --out NEW.png"},
	"serve":     {"--help", "RUN --address 127.0.0.1:0"},
	"export":    {"--help", "--model RUN --to npz --out NEW.npz"},
	"evaluate": {"--help", "--model RUN --count 50 --metrics memory", "--model RUN --count 50 --metrics memory --json",
		"--model RUN --count 50 --metrics memory --assert memorised>=0"},
	"project": {"--help", "--model RUN --image RUN/reals.png --images 2 --starts 2 --steps 2 --candidates 4 --out NEW.png",
		"--model RUN --images 2 --starts 2 --steps 2 --candidates 4 --json --out NEW.png"},
	"runs":         {"--help", "RUN", "RUN --json"},
	"compare":      {"--help"},
	"sweep":        {"--help"},
	"explain":      {"--help", "RUN"},
	"report":       {"--help", "RUN --out NEW.html"},
	"inspect":      {"--help", "RUN", "RUN --json"},
	"data":         {"", "--help"},
	"data check":   {"--help", "LIST", "--json LIST"},
	"data preview": {"--help", "LIST --out NEW.png"},
	"data export":  {"--help", "--split test --to NEW"},
	"presets":      {"", "--help", "best"},
	"devices":      {"", "--help", "--json"},
	"completion":   {"--help", "bash"},
	"man":          {"--help"},
	"doctor":       {"--help", "--device cpu", "--device cpu --json"},
	"tune":         {"--help"},
	"bench": {"--help", "--step --time 1ms --gen-hidden 8 --dis-hidden 8 --batch-size 8",
		"--step --json --time 1ms --gen-hidden 8 --dis-hidden 8 --batch-size 8", "--launches --gen-hidden 8"},
}

// TestFullOutput: each command fails, in one sentence, where its output cannot be written.
func TestFullOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of commands, one after the other: too slow for the race detector")
	}
	list, dir := tinyList(t), t.TempDir()
	trained := filepath.Join(dir, "run")
	words := append(strings.Fields("gorgan train --steps 2 --data "+list+" --out "+trained), strings.Fields(small)...)
	if code := execute(t.Context(), words, io.Discard, io.Discard); code != 0 {
		t.Fatalf("training ended with %d", code)
	}
	commands := []string{""}
	var enumerate func(above string, below []*cli.Command)
	enumerate = func(above string, below []*cli.Command) {
		for _, c := range below {
			name := strings.TrimSpace(above + " " + c.Name)
			commands = append(commands, name)
			enumerate(name, c.Subcommands)
		}
	}
	enumerate("", newApp(newUI(io.Discard, io.Discard)).Commands)
	for _, command := range commands {
		if len(fullOutput[command]) == 0 {
			t.Errorf("no line of gorgan %s is tried", command)
		}
		for _, line := range fullOutput[command] {
			t.Run(strings.TrimSpace(command+" "+line), func(t *testing.T) {
				line := strings.NewReplacer("RUN", trained, "LIST", list, "NEW", filepath.Join(t.TempDir(), "new")).Replace(line)
				full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
				must(t, err)
				defer full.Close()
				var said bytes.Buffer
				code := execute(context.Background(), strings.Fields("gorgan "+command+" "+line), full, &said)
				const want = "standard output: no space left on device\n"
				if code != exitFailed || strings.Count("\n"+said.String(), "\ngorgan: ") != 1 || !strings.HasSuffix(said.String(), want) {
					t.Errorf("code %d, said\n%s", code, said.String())
				}
			})
		}
	}
	_, state, err := loadModel(trained)
	must(t, err)
	if state.Step != 3 {
		t.Errorf("the run whose output was full is at step %d, want its last, 3", state.Step)
	}
}
