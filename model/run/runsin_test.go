package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFolderOfRuns: what is given for a run and is none gets a hint: the last run in it, or what a run is.
func TestFolderOfRuns(t *testing.T) {
	runs, empty := t.TempDir(), t.TempDir()
	for _, name := range []string{"00000-a", "00001-b"} {
		if err := os.Mkdir(filepath.Join(runs, name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(runs, name, SettingsFile), []byte("{}"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for dir, hint := range map[string]string{
		runs:  "; it is a folder of runs: give one of them, such as " + filepath.Join(runs, "00001-b"),
		empty: "; want the folder that train made, which has config.json in it",
	} {
		if _, err := ReadHistory(dir); err == nil || !strings.HasSuffix(err.Error(), hint) {
			t.Errorf("history of %s: %v, want %q", dir, err, hint)
		}
		if _, _, err := LoadModel(dir); err == nil || !strings.HasSuffix(err.Error(), hint) {
			t.Errorf("model of %s: %v, want %q", dir, err, hint)
		}
	}
	if _, _, err := LoadModel(filepath.Join(runs, "00000-a")); err == nil || strings.Contains(err.Error(), "; ") {
		t.Errorf("a run without a checkpoint: %v, want no hint", err)
	}
}
