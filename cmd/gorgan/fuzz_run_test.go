package main

import (
	"gorgan/model/run"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRunFolder: whatever a run's small files hold, reading them is an error or none.
func FuzzRunFolder(f *testing.F) {
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, config, noted, last []byte) {
		for name, text := range map[string][]byte{run.SettingsFile: config, run.MetricsFile: noted, run.EvaluationsFile: noted, run.LastFile: last} {
			must(t, os.WriteFile(filepath.Join(dir, name), text, 0o666))
		}
		if s, err := run.ReadSettings(dir); err == nil && s.Model.Validate() != nil {
			t.Errorf("settings with a model that is not valid: %+v", s.Model)
		}
		if _, err := run.ReadMetrics(dir, 2); err != nil {
			t.Errorf("metrics: %v", err)
		}
		if _, err := run.ReadEvaluations(dir, 2); err != nil {
			t.Errorf("evaluations: %v", err)
		}
		if _, _, err := loadModel(dir); err == nil {
			t.Error("a run without a checkpoint has a model")
		}
	})
}
