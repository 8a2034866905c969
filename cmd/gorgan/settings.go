package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gorgan/model"
)

// settings is config.json: a run, resolved.
type settings struct {
	Data         string `json:"data"`
	Fingerprint  string `json:"fingerprint"`
	Resize       string `json:"resize,omitempty"`
	Images       int    `json:"images,omitempty"` // the first so many of the set; 0 is all
	Device       string `json:"device"`
	Steps        uint32 `json:"steps"`
	DisplayEvery uint32 `json:"display_every"`
	SaveEvery    uint32 `json:"save_every"`
	Keep         int    `json:"keep"`

	EvaluateEvery  uint32 `json:"evaluate_every,omitempty"` // 0 for never
	EvaluateCount  int    `json:"evaluate_count,omitempty"`
	EvaluateMetric string `json:"evaluate_metric,omitempty"`
	StopOnCollapse bool   `json:"stop_on_collapse,omitempty"`

	Model model.Config `json:"model"`
}

// writeSettings writes a run's config.json.
func writeSettings(dir string, s settings) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return write(filepath.Join(dir, "config.json"), append(text, '\n'))
}

// readSettings reads a run's config.json; an unknown key is an error.
func readSettings(dir string) (settings, error) {
	path := filepath.Join(dir, "config.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return settings{}, fmt.Errorf("%s is not a run: %w", dir, err)
	}
	var s settings
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return settings{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
