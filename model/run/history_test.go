package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

// TestHistory: the history of a folder has its lines, its best evaluation whose checkpoint is kept, and a
// note for what cannot be read.
func TestHistory(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadHistory(dir); err == nil || !strings.Contains(err.Error(), "is not a run") {
		t.Errorf("an empty folder: %v", err)
	}
	s := Settings{Data: "mnist", Reading: DefaultReading(), Device: "cpu", Steps: 100, DisplayEvery: 10, SaveEvery: 10, EvaluateCount: 100,
		EvaluateMetric: ByFrechet, Model: model.Default()}
	if err := writeSettings(dir, s); err != nil {
		t.Fatal(err)
	}
	h, err := ReadHistory(dir)
	if err != nil || h.Step() != 0 || h.Best != nil || len(h.Notes) != 0 || h.Settings.Steps != 100 {
		t.Errorf("a run that has just begun: %+v, %v", h, err)
	}
	figures := `"count":100,"figures":[{"name":"frechet_distance","better":"lower","value":`
	write(MetricsFile, `{"step":10}`+"\n{damaged\n"+`{"step":20}`+"\n")
	write(EvaluationsFile, `{"step":10,`+figures+"5}]}\n"+`{"step":20,`+figures+"7}]}\n"+`{"step":30,`+figures)
	write("checkpoint_000020.safetensors", "")
	h, err = ReadHistory(dir)
	if err != nil || h.Step() != 20 || len(h.Metrics) != 2 || len(h.Evaluations) != 2 || h.Best == nil || h.Best.Step != 20 {
		t.Errorf("%+v, %v", h, err)
	}
	if want := []string{filepath.Join(dir, MetricsFile) + ": lines that cannot be read are left out, 1", filepath.Join(dir, EvaluationsFile) + ": its last line is cut short and left out"}; !slices.Equal(h.Notes, want) {
		t.Errorf("notes %q, want %q", h.Notes, want)
	}

	if sum, err := ReadSummary(dir); sum != nil || err != nil {
		t.Errorf("a run without a summary: %v, %v", sum, err)
	}
	write(SummaryFile, `{"ended":"finished","step":100}`)
	if sum, err := ReadSummary(dir); err != nil || sum.Ended != Finished || sum.Step != 100 {
		t.Errorf("a summary: %+v, %v", sum, err)
	}
	write(SummaryFile, `{"ended":`)
	if _, err := ReadSummary(dir); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged summary: %v", err)
	}
}
