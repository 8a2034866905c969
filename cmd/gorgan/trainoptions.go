package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"gorgan/model"
	"gorgan/model/picture"
	"gorgan/model/run"
)

// trainOptions are the values of train's flags. A preset or a file of settings counts as flags.
type trainOptions struct {
	flags         run.Settings  // the values of the flags, or their defaults
	given         given         // a resumed run takes these flags alone
	preset        string        // empty for none
	classesOfData bool          // the nets are told as many classes as the data have: --classes auto, or a preset for other data
	out           string        // the new run's folder, empty for a numbered one
	resume        string        // the run to go on with, empty for a new one
	command       []string      // how the program was called
	from          string        // the model with whose weights to begin, empty for none
	continues     bool          // resume is --out, which has a run already
	fixed         given         // flags of the model's settings that must be those of a run to go on with
	json          bool          // events go to standard output
	limit         time.Duration // to end after, 0 for none
	device        deviceOptions
	reading       sourceOptions
	queue         int
	serve         bool // pages show the run
	address       addressOptions
	ranks         rankOptions
}

func readTrainOptions(ui *ui, c *cli.Context) (o trainOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	if o.classesOfData, err = applyPreset(ui, c); err != nil {
		return o, err
	}
	o.preset, o.out, o.resume, o.queue, o.json = c.String("preset"), c.String("out"), c.String("resume"), c.Int("queue"), c.Bool("json")
	if o.resume != "" && o.out != "" {
		return o, usageError{errors.New("--out and --resume exclude each other: a run goes on in its own folder")}
	}
	if o.from, err = resolvedPath("from", c.String("from")); err != nil {
		return o, err
	}
	if o.resume != "" && o.from != "" {
		return o, usageError{errors.New("--from and --resume exclude each other: a run begins with the weights of a model, and goes on with its own")}
	}
	if err = o.readContinue(c); err != nil {
		return o, err
	}
	if o.limit = c.Duration("for"); o.limit <= 0 && c.IsSet("for") {
		return o, usageError{fmt.Errorf("--for is %v, want a time above 0, as in 30m", o.limit)}
	}
	if o.serve = c.Bool("serve"); o.serve {
		if o.address, err = readAddressOptions(c); err != nil {
			return o, err
		}
	} else if c.IsSet("address") {
		return o, usageError{errors.New("--address has no effect without --serve")}
	}
	if o.queue < 1 || o.queue > 1<<16 {
		return o, usageError{fmt.Errorf("--queue is %d, want 1 to 65536", o.queue)}
	}
	if o.device, err = readDeviceOptions(c); err != nil {
		return o, err
	}
	if o.reading, err = readSourceOptions(c); err != nil {
		return o, err
	}
	if o.ranks, err = readRankOptions(c); err != nil {
		return o, err
	}
	o.command, o.given = os.Args[1:], givenFlags(c)
	o.classesOfData = o.classesOfData || c.String("classes") == autoClasses
	o.fixed = o.fixedFlags(c)
	if o.flags, err = readSettings(c); err != nil || o.resume != "" {
		return o, err // a resumed run's settings are validated when they are read
	}
	return o, o.validate(o.flags)
}

// readContinue reads --continue, and finds out whether there is a run to go on with.
func (o *trainOptions) readContinue(c *cli.Context) error {
	switch {
	case !c.Bool("continue"):
		return nil
	case o.resume != "":
		return usageError{errors.New("--continue and --resume exclude each other: with --out RUN --continue goes on with the run that is in RUN, or begins it")}
	case o.out == "":
		return usageError{errors.New("--continue wants --out RUN, by which the same command finds the run again")}
	}
	if _, err := os.Lstat(filepath.Join(o.out, run.SettingsFile)); err == nil {
		o.continues, o.resume, o.out = true, o.out, ""
	}
	return nil
}

// by returns the flag that makes a run go on.
func (o trainOptions) by() string {
	if o.continues {
		return "--continue"
	}
	return "--resume"
}

// fixedFlags returns the flags of the model's settings that a run to go on with must have been begun with: those that
// are given. A preset or a file says all of them, also those that it leaves at their defaults. The data say the classes
// where they are to.
func (o trainOptions) fixedFlags(c *cli.Context) given {
	fixed := maps.Clone(o.given)
	if c.IsSet("preset") || c.IsSet("config") {
		for _, f := range modelFlagsOf(model.Default()) {
			fixed[f.Names()[0]] = true
		}
	}
	if o.continues && o.classesOfData {
		delete(fixed, "classes")
	}
	return fixed
}

// readSettings reads the flags into the settings of a run.
func readSettings(c *cli.Context) (s run.Settings, err error) {
	s = run.Settings{Reading: readReading(c), Images: c.Int("images"), HeldOut: c.Float64("held-out"), Mirror: c.Bool("mirror"), Device: c.String("device"), Keep: c.Int("keep"),
		EvaluateCount: c.Int("evaluate-count"), EvaluateMetric: c.String("evaluate-metric"), StopOnCollapse: c.Bool("stop-on-collapse")}
	if s.Data, err = resolved(c.String("data")); err != nil {
		return s, err
	}
	for name, to := range map[string]*uint32{
		"steps": &s.Steps, "display-every": &s.DisplayEvery, "save-every": &s.SaveEvery, "evaluate-every": &s.EvaluateEvery,
	} {
		n := c.Uint(name)
		if n > math.MaxUint32 {
			return s, usageError{fmt.Errorf("--%s is %d, want at most 2^32-1", name, n)}
		}
		*to = uint32(n)
	}
	s.Model, err = readModelFlags(c)
	return s, err
}

// over returns the settings of a resumed run. A flag that is given replaces the run's own setting.
func (o trainOptions) over(s run.Settings) run.Settings {
	for name, set := range map[string]func(){
		"data":             func() { s.Data = o.flags.Data },
		"images":           func() { s.Images = o.flags.Images },
		"held-out":         func() { s.HeldOut = o.flags.HeldOut },
		"mirror":           func() { s.Mirror = o.flags.Mirror },
		"device":           func() { s.Device = o.flags.Device },
		"steps":            func() { s.Steps = o.flags.Steps },
		"display-every":    func() { s.DisplayEvery = o.flags.DisplayEvery },
		"save-every":       func() { s.SaveEvery = o.flags.SaveEvery },
		"keep":             func() { s.Keep = o.flags.Keep },
		"evaluate-every":   func() { s.EvaluateEvery = o.flags.EvaluateEvery },
		"evaluate-count":   func() { s.EvaluateCount = o.flags.EvaluateCount },
		"evaluate-metric":  func() { s.EvaluateMetric = o.flags.EvaluateMetric },
		"stop-on-collapse": func() { s.StopOnCollapse = o.flags.StopOnCollapse },
	} {
		if o.given[name] {
			set()
		}
	}
	s.Reading = o.given.over(s.Reading, o.flags.Reading)
	if s.EvaluateEvery == 0 {
		s.StopOnCollapse = false
	}
	o.fixed.model(&s.Model, o.flags.Model)
	return s
}

// validate refuses impossible settings, whose names it gives as flags.
func (o trainOptions) validate(s run.Settings) error {
	if s.EvaluateEvery == 0 {
		for _, name := range []string{"evaluate-count", "evaluate-metric", "stop-on-collapse"} {
			if o.given[name] {
				return usageError{fmt.Errorf("--%s has no effect without --evaluate-every", name)}
			}
		}
	}
	if o.given["evaluate-count"] && s.EvaluateCount == 0 {
		return usageError{fmt.Errorf("--evaluate-count is 0, want %d to %d", run.LeastEvaluated, picture.MaxImages)}
	}
	if err := s.Validate(flagNamed); err != nil {
		return usageError{err}
	}
	return nil
}

// resolved returns a source of images as config.json has it. The path is absolute, so the run
// can be resumed from any folder.
func resolved(data string) (string, error) {
	if data == "mnist" || data == "" {
		return data, nil
	}
	return resolvedPath("data", data)
}

// resolvedPath returns the path that a flag gives as config.json has it: absolute. An empty one stays empty.
func resolvedPath(flag, given string) (string, error) {
	if given == "" {
		return "", nil
	}
	path, err := filepath.Abs(given)
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flag, err)
	}
	if !utf8.ValidString(path) {
		return "", usageError{fmt.Errorf("--%s is %q, want a path in UTF-8, as config.json can hold no other; give the file another name", flag, path)}
	}
	return path, nil
}
