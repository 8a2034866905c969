package main

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzRunFolder: whatever a run's small files hold, reading them is an error or none.
func FuzzRunFolder(f *testing.F) {
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, config, noted, last []byte) {
		for name, text := range map[string][]byte{settingsFile: config, metricsFile: noted, evaluationsFile: noted, lastFile: last} {
			must(t, os.WriteFile(filepath.Join(dir, name), text, 0o666))
		}
		if s, err := readSettings(dir); err == nil && s.Model.Validate() != nil {
			t.Errorf("settings with a model that is not valid: %+v", s.Model)
		}
		if _, err := readMetrics(dir, 2); err != nil {
			t.Errorf("metrics: %v", err)
		}
		if _, err := readEvaluations(dir, 2); err != nil {
			t.Errorf("evaluations: %v", err)
		}
		if _, _, err := loadModel(dir); err == nil {
			t.Error("a run without a checkpoint has a model")
		}
	})
}
