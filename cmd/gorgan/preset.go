package main

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
)

// presets are runs worth having a name; each file says what it is for.
//
//go:embed presets/*.toml
var presets embed.FS

func presetNames() []string {
	var names []string
	entries, _ := presets.ReadDir("presets") // the folder is embedded
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	return names
}

func presetFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "preset", Usage: "begin with the settings of `NAME`: " + strings.Join(presetNames(), ", ") + "; other flags override them"},
		&cli.StringFlag{Name: "config", Usage: "begin with the settings of a TOML `FILE`, or of a run's config.json"},
	}
}

// longestConfig is more than a file of settings holds. The TOML package takes time that
// grows with the square of the keys.
const longestConfig = 1 << 16

// applyPreset sets the flags that a preset or a file gives and the command line does not,
// and notes what it leaves out.
func applyPreset(c *cli.Context) error {
	name, file := c.String("preset"), c.String("config")
	if name == "" && file == "" {
		return nil
	}
	if name != "" && file != "" || c.String("resume") != "" {
		return usageError{errors.New("--preset, --config and --resume exclude each other")}
	}
	all, note, err := settingsOf(c, name, file)
	if err != nil {
		return err
	}
	if note != "" {
		// Nothing is drawn yet and no log is open: this is what ui.note would do.
		fmt.Fprintln(c.App.ErrWriter, note)
	}
	known := newTrain(nil).Flags
	for _, s := range all {
		if err := s.apply(c, known); err != nil {
			return usageError{fmt.Errorf("%s: %w", s.at, err)}
		}
	}
	return checkDevice(c)
}

// settingsOf reads the settings of the preset of that name, or of a file.
func settingsOf(c *cli.Context, name, file string) (all []setting, note string, err error) {
	if name != "" {
		text, err := readPreset(name)
		if err != nil {
			return nil, "", usageError{fmt.Errorf("--%w", err)}
		}
		all, _, err := parseSettings(name+".toml", text)
		if err != nil {
			return nil, "", err
		}
		all, note = ofOtherData(c, name, all)
		return all, note, nil
	}
	text, err := atomicfile.Read(file, longestConfig)
	if err != nil {
		return nil, "", fmt.Errorf("--config: %w", err)
	}
	all, facts, err := parseSettings(file, text)
	if err != nil {
		return nil, "", usageError{err}
	}
	if len(facts) > 0 {
		note = fmt.Sprintf("--config: left out as no settings but facts of that run: %s", strings.Join(facts, ", "))
	}
	return all, note, nil
}

// ofOtherData leaves a preset's settings about MNIST out where the data is another: the
// number of images, and that of the classes, which the data tells.
func ofOtherData(c *cli.Context, preset string, all []setting) (kept []setting, note string) {
	if data := c.String("data"); data == "" || data == "mnist" {
		return all, ""
	}
	var left []string
	for _, s := range all {
		switch {
		case s.key != "images" && s.key != "classes":
			kept = append(kept, s)
		case !c.IsSet(s.key):
			left = append(left, s.key+" = "+s.value)
		}
	}
	if len(left) > 0 {
		note = fmt.Sprintf("--preset %s: left out as meant for MNIST: %s", preset, strings.Join(left, ", "))
	}
	return kept, note
}

// presetClasses tells whether the preset asked for trains with the classes of MNIST, so that
// one on other data wants those of the data.
func presetClasses(c *cli.Context) bool {
	text, err := readPreset(c.String("preset"))
	if err != nil {
		return false
	}
	all, _, err := parseSettings("", text)
	return err == nil && slices.ContainsFunc(all, func(s setting) bool { return s.key == "classes" })
}
