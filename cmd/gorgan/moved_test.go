package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDataOfARunChange: a run's data may move and may not change, neither those that are trained
// on nor those that are held out. The error says what to do.
func TestDataOfARunChange(t *testing.T) {
	data := flowerFolder(t)
	t.Chdir(t.TempDir())
	// whole does the work of a command, which takes more memory than an error.
	whole := func(line string) (int, string) {
		var said bytes.Buffer
		code := execute(t.Context(), strings.Fields("gorgan "+line), io.Discard, &said)
		return code, said.String()
	}
	train := "train --data " + data + " --size 8 --fit pad --mirror --held-out 0.2 --gen-hidden 8 --dis-hidden 8 --batch-size 4 --steps 4 --save-every 4 --device cpu --out run"
	if code, said := whole(train); code != 0 {
		t.Fatal(said)
	}
	commands := []string{"train --resume run --steps 5", "evaluate --model run --count 100 --metrics memory --device cpu"}
	moved := filepath.Join(t.TempDir(), "moved")
	must(t, os.Rename(data, moved))
	for _, line := range commands {
		if code, said := runSoon(t, t.Context(), line); code != exitFailed || !strings.Contains(said, "no such file or directory") || !strings.Contains(said, otherData) {
			t.Errorf("%s: exit %d: %s", line, code, said)
		}
		// Only "other data" would warn.
		if line := line + " --data " + moved; strings.HasPrefix(line, "evaluate") {
			if code, said := whole(line); code != 0 || strings.Contains(said, "other data") {
				t.Errorf("%s: exit %d: %s", line, code, said)
			}
		}
	}
	must(t, os.Rename(moved, data))
	trained, held := 0, 0
	for _, i := range []string{"00", "03", "06", "09", "12", "15", "18"} {
		path := filepath.Join(data, "rose", i+".jpg")
		was, err := os.ReadFile(path)
		must(t, err)
		other, err := os.ReadFile(filepath.Join(data, "daisy", "01.jpg"))
		must(t, err)
		must(t, os.WriteFile(path, other, 0o666))
		for _, line := range commands {
			code, said := runSoon(t, t.Context(), line)
			switch {
			case code != exitFailed:
				t.Errorf("%s: rose/%s.jpg is another image: exit %d: %s", line, i, code, said)
			case strings.Contains(said, "the images that are held out differ from those the run began with"):
				held++
			default:
				trained++
			}
		}
		must(t, os.WriteFile(path, was, 0o666))
	}
	if trained == 0 || held == 0 {
		t.Errorf("%d trained images and %d held-out ones were tried, want some of both", trained, held)
	}
}
