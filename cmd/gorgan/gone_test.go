package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/model/run"
)

// TestGone: a run whose folder, or a file in it, goes while it trains ends with an error that
// says so. Nothing is made anew under the old name, and what was saved goes on where it is.
func TestGone(t *testing.T) {
	list := tinyList(t)
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dir string)
		says   string
		left   []string // under the old name; nil for no such folder
		moved  bool     // to dir.new
	}{
		{name: "renamed", says: "DIR is gone: it was renamed or removed", moved: true,
			change: func(t *testing.T, dir string) { must(t, os.Rename(dir, dir+".new")) }},
		{name: "removed", says: "DIR is gone: it was renamed or removed",
			change: func(t *testing.T, dir string) { must(t, os.RemoveAll(dir)) }},
		{name: "another in its place", says: "DIR is no longer the run's: the folder or its files were removed or replaced", moved: true, left: []string{"checkpoint_000000.safetensors", "last"},
			change: func(t *testing.T, dir string) {
				must(t, os.Rename(dir, dir+".new"))
				must(t, os.Mkdir(dir, 0o777))
				for _, name := range []string{"checkpoint_000000.safetensors", "last"} {
					must(t, os.WriteFile(filepath.Join(dir, name), []byte("precious"), 0o666))
				}
			}},
		{name: "made again", says: "DIR is no longer the run's", left: []string{},
			change: func(t *testing.T, dir string) { must(t, os.RemoveAll(dir)); must(t, os.Mkdir(dir, 0o777)) }},
	} {
		for _, every := range []string{"1", "1000000"} { // found by a display, or by an interrupt
			t.Run(c.name+" "+every, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "run")
				code, said := trainUntil(t, dir, list, func(stop func()) {
					c.change(t, dir)
					if every != "1" {
						stop()
					}
				}, "--display-every", every, "--save-every", "1000000")
				if code != exitFailed {
					t.Errorf("ended with %d", code)
				}
				if want := strings.ReplaceAll(c.says, "DIR", "gorgan: run folder "+dir); strings.Count(said, want) != 1 {
					t.Errorf("%q is not said once in:\n%s", want, said)
				}
				for _, never := range []string{"warning", "last good checkpoint", "go on with: "} {
					if strings.Contains(said, never) {
						t.Errorf("%q is said in:\n%s", never, said)
					}
				}
				var left []string
				if held, err := os.ReadDir(dir); err == nil {
					left = []string{}
					for _, e := range held {
						left = append(left, e.Name())
					}
				}
				if !slices.Equal(left, c.left) || (left == nil) != (c.left == nil) {
					t.Errorf("the old name has %q, want %q", left, c.left)
				}
				for _, name := range c.left {
					if text, err := os.ReadFile(filepath.Join(dir, name)); string(text) != "precious" || err != nil {
						t.Errorf("%s is %q, %v", name, text, err)
					}
				}
				if c.moved {
					noneHalfWritten(t, dir+".new")
					var said strings.Builder
					if code := execute(t.Context(), []string{"gorgan", "train", "--resume", dir + ".new", "--steps", "3"}, &said, &said); code != 0 {
						t.Errorf("going on ended with %d: %s", code, said.String())
					}
				}
			})
		}
	}
	t.Run("only the lock", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "run")
		code, said := trainUntil(t, dir, list, func(func()) { must(t, os.Remove(filepath.Join(dir, run.LockFile))) }, "--steps", "5")
		if code != 0 {
			t.Errorf("ended with %d: %s", code, said)
		}
	})
	t.Run("the metrics and the settings", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "run")
		code, said := trainUntil(t, dir, list, func(func()) {
			must(t, os.Remove(filepath.Join(dir, run.MetricsFile)))
			must(t, os.Remove(filepath.Join(dir, run.SettingsFile)))
		}, "--display-every", "3")
		if want := filepath.Join(dir, run.SettingsFile) + " is gone, without which the run does not go on"; code != exitFailed || !strings.Contains(said, want) || strings.Contains(said, "go on from it with") {
			t.Errorf("ended with %d, want %q: %s", code, want, said)
		}
	})
	for _, name := range []string{run.MetricsFile, run.EventsFile} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			code, said := trainUntil(t, dir, list, func(func()) { must(t, os.Remove(filepath.Join(dir, name))) }, "--display-every", "3")
			if want := "gorgan: " + filepath.Join(dir, name) + " was removed or replaced"; code != exitFailed || !strings.Contains(said, want) {
				t.Errorf("ended with %d, want %q: %s", code, want, said)
			}
			if _, state, err := loadModel(dir); err != nil || state.Step > 3 {
				t.Errorf("step %v, %v: want it saved where it was noticed", state, err)
			}
		})
	}
}

// trainUntil trains a small net, and calls act when step 1 is shown. act may call stop, which
// interrupts the run.
func trainUntil(t *testing.T, dir, list string, act func(stop func()), flags ...string) (code int, said string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var all strings.Builder
	out := writerFunc(func(line []byte) (int, error) {
		if strings.HasPrefix(string(line), "step:1----") {
			act(stop)
		}
		return all.Write(line)
	})
	args := slices.Concat([]string{"gorgan", "train", "--data", list, "--out", dir}, strings.Fields(small), flags)
	code = execute(ctx, args, out, &all)
	return code, all.String()
}
