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
	Data        string `json:"data"`
	Fingerprint string `json:"fingerprint"`
	// HeldOutFingerprint is that of the images kept out of training; empty for none, for images for
	// tests that the source has, and for runs that older versions began.
	HeldOutFingerprint string `json:"held_out_fingerprint,omitempty"`
	Reading
	Resize  string  `json:"resize,omitempty"` // of runs that older versions began, instead of a reading: see ReadSettings
	Images  int     `json:"images,omitempty"` // the first so many of the set; 0 is all
	HeldOut float64 `json:"held_out"`         // the part of the images that is kept out of training, chosen by a permutation; 0 for none
	Mirror  bool    `json:"mirror,omitempty"` // each image is there mirrored too

	// InitialModel is the checkpoint from whose weights the run began, as an absolute path, and InitialWeights their
	// model.State.WeightHash. Both are empty for weights of the seed alone.
	InitialModel   string `json:"initial_model,omitempty"`
	InitialWeights string `json:"initial_weights,omitempty"`

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

// MostHeldOut is the largest part of the images that can be kept out of training.
const MostHeldOut = 0.9

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
	check(s.Resize == "", "resize", fmt.Sprintf("%.40q", s.Resize), "none beside size, fit or channels")
	check(s.Images >= 0, "images", s.Images, "0 or more")
	check(s.HeldOut >= 0 && s.HeldOut <= MostHeldOut, "held_out", s.HeldOut, fmt.Sprintf("0 to %v", MostHeldOut))
	if _, err := s.Options(named); err != nil {
		errs = append(errs, err)
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
	return errors.Join(append(errs, s.Model.ValidateNamed(named))...)
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

// older gives the settings of a run that an older version began the reading that was then the only
// one: grey images, stretched to a size.
func (s *Settings) older() {
	if s.Reading != (Reading{}) {
		return
	}
	s.Reading = DefaultReading()
	s.Size, s.Fit, s.Channels = s.Resize, string(raster.Stretch), "1"
	if s.Size == "" {
		s.Size = raster.Size{Height: s.Model.Height, Width: s.Model.Width}.String()
	}
	s.Resize = ""
}

// ReadSettings reads a run's config.json. An unknown key is an error, and so is a value that
// the flags would refuse. A missing key of the model gets its default.
func ReadSettings(dir string) (Settings, error) {
	path := filepath.Join(dir, SettingsFile)
	text, err := atomicfile.Read(path, longestSettings)
	if err != nil {
		return Settings{}, fmt.Errorf("%s is not a run: %w%s", dir, err, runsIn(dir))
	}
	s := Settings{Model: model.Unsaid()}
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
	s.Model.Complete()
	s.older()
	if s.Resize != "" {
		return Settings{}, fmt.Errorf("%s: resize is %.40q, want none beside size, which took its place", path, s.Resize)
	}
	if err := s.Validate(func(key string) string { return key }); err != nil {
		return Settings{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
