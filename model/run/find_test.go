package run

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFind: which folders of a tree are runs.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	make := func(names ...string) {
		for _, name := range names {
			must(t, os.MkdirAll(filepath.Join(dir, name), 0o777))
			must(t, os.WriteFile(filepath.Join(dir, name, SettingsFile), []byte("{}"), 0o666))
		}
	}
	make("b", "a", "sweep/0", "sweep/1", "sweep/1/inside", "deep/er/run", "too/deep/a/run", ".hidden", ".other/run")
	must(t, os.MkdirAll(filepath.Join(dir, "empty"), 0o777))
	must(t, os.MkdirAll(filepath.Join(dir, "folder", SettingsFile), 0o777))
	if err := os.Symlink(filepath.Join(dir, "a"), filepath.Join(dir, "link")); err == nil {
		must(t, os.MkdirAll(filepath.Join(dir, "linked"), 0o777))
		must(t, os.Symlink(filepath.Join(dir, "a", SettingsFile), filepath.Join(dir, "linked", SettingsFile)))
	}
	got, err := Find(os.DirFS(dir))
	must(t, err)
	if want := []string{".hidden", "a", "b", "deep/er/run", "sweep/0", "sweep/1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	got, err = Find(os.DirFS(filepath.Join(dir, "a")))
	must(t, err)
	if !slices.Equal(got, []string{"."}) {
		t.Errorf("a run itself: %q", got)
	}
	if _, err := Find(os.DirFS(filepath.Join(dir, "nowhere"))); err == nil {
		t.Error("a folder that is not there has runs")
	}
}

// TestInUse: whether a process trains in a folder, which asking does not change.
func TestInUse(t *testing.T) {
	dir := t.TempDir()
	if InUse(dir) || exists(filepath.Join(dir, LockFile)) {
		t.Error("a folder without a lock is in use, or has one now")
	}
	r, err := Open(dir)
	must(t, err)
	if !InUse(dir) {
		t.Error("a folder that is open is not in use")
	}
	must(t, r.Close())
	if InUse(dir) {
		t.Error("a folder that was closed is in use")
	}
}

// TestSettingNames: each setting has a name of its own and a value, also one that config.json leaves out.
func TestSettingNames(t *testing.T) {
	s := Settings{Data: "mnist", Mirror: true}
	s.Size, s.Model.Loss, s.Model.GenHidden = "28", "hinge", []int{3}
	for name, want := range map[string]any{"data": "mnist", "mirror": true, "size": "28", "loss": "hinge", "stop_on_collapse": false} {
		if got, known := s.Setting(name); got != want || !known {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, none := range []string{"began", "model", "", "Loss"} {
		if _, known := s.Setting(none); known {
			t.Errorf("%q is a setting", none)
		}
	}
	names := SettingNames()
	for i, name := range names {
		if _, known := s.Setting(name); !known || slices.Contains(names[:i], name) {
			t.Errorf("%s is no setting, or two", name)
		}
	}
	for _, name := range ModelSettings() {
		if !slices.Contains(names, name) {
			t.Errorf("%s is no setting", name)
		}
	}
}
