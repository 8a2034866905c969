package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInterruptedEarly: a command that is interrupted before it has done anything says that in
// words of its own, ends with 130, and leaves nothing.
func TestInterruptedEarly(t *testing.T) {
	list, dir := tinyList(t), t.TempDir()
	trained := filepath.Join(dir, "run")
	words := append(strings.Fields("gorgan train --steps 2 --data "+list+" --out "+trained), strings.Fields(small)...)
	if code := execute(t.Context(), words, io.Discard, io.Discard); code != 0 {
		t.Fatalf("training ended with %d", code)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for line, want := range map[string]string{
		"train --data LIST --out NEW " + small:       "interrupted before step 1; nothing was saved",
		"train --out NEW":                            "interrupted before step 1; nothing was saved",
		"train --resume RUN --steps 9":               "interrupted before step 3; the run is as it was; go on with: RESUME",
		"data check LIST":                            "interrupted",
		"data export --to NEW":                       "interrupted",
		"generate --model RUN --out NEW.png":         "interrupted",
		"generate --model RUN --out NEW.npy":         "interrupted",
		"walk --model RUN --seeds 1,2 --out NEW.png": "interrupted",
		"generate --model RUN --out NEW.npz":         "interrupted",
		"generate --model RUN --out NEW.zip":         "interrupted",
		"timelapse RUN --out NEW.png":                "interrupted",
		"evaluate --model RUN --count 50":            "interrupted",
		"doctor --device cpu":                        "interrupted",
		"bench --step --time 1ms --batch-size 128":   "interrupted",
	} {
		t.Run(line, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "new")
			replace := strings.NewReplacer("RESUME", newUI(io.Discard, io.Discard).command("train", "--resume", trained), "RUN", trained, "LIST", list, "NEW", name)
			var said strings.Builder
			code := execute(ended, strings.Fields("gorgan "+replace.Replace(line)), io.Discard, &said)
			lines := strings.Split(strings.TrimSpace(said.String()), "\n")
			if last := lines[len(lines)-1]; code != exitInterrupted || last != "gorgan: "+replace.Replace(want) {
				t.Errorf("ended with %d, want %d: %q", code, exitInterrupted, last)
			}
			for _, ending := range []string{"", ".png", ".npy", ".npz", ".zip"} {
				held, _ := os.ReadDir(name + ending)
				if _, err := os.Stat(name + ending); err == nil && (len(held) > 0 || ending != "") {
					t.Errorf("%s%s is left", name, ending)
				}
			}
		})
	}
	if _, state, err := loadModel(trained); err != nil || state.Step != 2 {
		t.Errorf("the run is at %v, %v", state, err)
	}
}
