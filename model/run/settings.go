package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/raster"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/picture"
)

// Settings is config.json: all settings of a run.
type Settings struct {
	Data         string `json:"data"`
	Fingerprint  string `json:"fingerprint"`
	Resize       string `json:"resize,omitempty"`
	Images       int    `json:"images,omitempty"` // the first so many of the set; 0 is all
	Device       string `json:"device"`
	Steps        uint32 `json:"steps"`
	DisplayEvery uint32 `json:"display_every"`
	MeasureEvery uint32 `json:"measure_every,omitempty"` // 0 for display steps alone
	SaveEvery    uint32 `json:"save_every"`
	Keep         int    `json:"keep"`

	EvaluateEvery  uint32 `json:"evaluate_every,omitempty"` // 0 for never
	EvaluateCount  int    `json:"evaluate_count,omitempty"` // 0 for what suits the images
	EvaluateMetric string `json:"evaluate_metric,omitempty"`
	StopOnCollapse bool   `json:"stop_on_collapse,omitempty"`

	Model model.Config `json:"model"`

	Began Origin `json:"began,omitzero"`
}

// Origin says how a run began. It has no effect on the run.
type Origin struct {
	Version      string   `json:"version"`
	Command      []string `json:"command"`      // the arguments of the program
	Instructions string   `json:"instructions"` // of the CPU: avx512, avx2 or purego
	Date         string   `json:"date"`         // RFC 3339
}

// RunOptions returns the settings that a trainer needs.
func (s Settings) RunOptions() model.RunOptions {
	return model.RunOptions{Steps: s.Steps, DisplayEvery: s.DisplayEvery, MeasureEvery: s.MeasureEvery, SaveEvery: s.SaveEvery, EvaluateEvery: s.EvaluateEvery}
}

// LeastEvaluated is the smallest number of images that say anything about classes.
const LeastEvaluated = 100

// Validate reports every setting that is out of range. named returns a setting's name as the
// user wrote it: a flag or a key of config.json.
func (s Settings) Validate(named func(key string) string) error {
	var errs []error
	check := func(ok bool, key string, got any, want string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s is %v, want %s", named(key), got, want))
		}
	}
	check(s.Data != "", "data", `""`, "mnist, a folder or a file")
	check(s.Images >= 0, "images", s.Images, "0 or more")
	if s.Resize != "" {
		_, err := raster.ParseSize(s.Resize)
		check(err == nil, "resize", fmt.Sprintf("%.40q", s.Resize), "height and width as in 28x28")
	}
	check(device.IsName(s.Device), "device", fmt.Sprintf("%.40q", s.Device), device.Names)
	for key, n := range map[string]uint32{"steps": s.Steps, "display_every": s.DisplayEvery, "save_every": s.SaveEvery} {
		check(n >= 1, key, n, "1 to 2^32-1")
	}
	check(s.Keep >= 0, "keep", s.Keep, "0 or more")
	if s.EvaluateCount != 0 {
		check(s.EvaluateCount >= LeastEvaluated && s.EvaluateCount <= picture.MaxImages, "evaluate_count", s.EvaluateCount,
			fmt.Sprintf("%d to %d", LeastEvaluated, picture.MaxImages))
	}
	check(s.EvaluateMetric == "" || slices.Contains(EvaluateMetrics(), s.EvaluateMetric), "evaluate_metric",
		fmt.Sprintf("%.40q", s.EvaluateMetric), "one of "+strings.Join(EvaluateMetrics(), ", "))
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(append(errs, s.Model.Validate())...)
}

const (
	SettingsFile = "config.json"
	// longestSettings is more than the bytes of a config.json.
	longestSettings = 1 << 20
)

// writeSettings writes a run's config.json.
func writeSettings(dir string, s Settings) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteText(filepath.Join(dir, SettingsFile), append(text, '\n'))
}

// ReadSettings reads a run's config.json. An unknown key is an error, and so is a value that
// the flags would refuse. A missing key of the model gets its default.
func ReadSettings(dir string) (Settings, error) {
	path := filepath.Join(dir, SettingsFile)
	text, err := atomicfile.Read(path, longestSettings)
	if err != nil {
		return Settings{}, fmt.Errorf("%s is not a run: %w", dir, err)
	}
	s := Settings{Model: model.Default()}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Settings{}, fmt.Errorf("%s is empty or cut short, want a run's settings", path)
	} else if err != nil {
		return Settings{}, JSONFault(path, text, d.InputOffset(), err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Settings{}, JSONFault(path, text, d.InputOffset(), ErrFollows)
	}
	if err := s.Validate(func(key string) string { return key }); err != nil {
		return Settings{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
