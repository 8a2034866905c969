package main

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
	"gorgan/model"
)

// presets are runs with a name. The comment of each file says what it is for.
//
//go:embed presets/*.toml presets/variants/*.toml
var presets embed.FS

// variants is the folder of the presets of the table of variants, which differ in their losses alone where they can:
// docs/results/variants.md.
const variants = "variants"

// presetNames returns the names of the presets, the variants last: "variants/began".
func presetNames() []string {
	names := presetsIn("")
	for _, name := range presetsIn(variants) {
		names = append(names, path.Join(variants, name))
	}
	return names
}

// presetsIn returns the names of the files in a folder of presets.
func presetsIn(folder string) (names []string) {
	entries, _ := presets.ReadDir(path.Join("presets", folder)) // the folder is embedded
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
		}
	}
	return names
}

func presetFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "preset", Usage: "begin with the settings of `NAME`: " + strings.Join(presetsIn(""), ", ") +
			", or " + variants + "/NAME for a variant of the GAN: " + strings.Join(presetsIn(variants), ", ") + "; other flags override them"},
		&cli.StringFlag{Name: "config", Usage: "begin with the settings of a TOML `FILE`, or of a run's config.json"},
	}
}

// longestConfig is more than the bytes of a settings file. The limit is needed because the
// TOML package takes time that grows with the square of the number of keys.
const longestConfig = 1 << 16

// applyPreset sets the flags that a preset or a file gives and the command line does not. It
// prints what it leaves out. It reports whether the number of classes must come from the data
// instead of the preset.
func applyPreset(ui *ui, c *cli.Context) (classesOfData bool, err error) {
	if err := archOfTexts(ui, c); err != nil { // texts on the command line are meant more than a preset's arch
		return false, err
	}
	if classesOfData, err = applySettings(ui, c); err != nil {
		return false, err
	}
	return classesOfData, archOfTexts(ui, c)
}

// archOfTexts sets --arch, if nothing has set it, to the one of nets whose layers are given as text.
func archOfTexts(ui *ui, c *cli.Context) error {
	for _, text := range []string{"gen-layers", "dis-layers"} {
		if c.IsSet(text) && !c.IsSet("arch") {
			ui.note("--%s is given, so --arch is %s", text, model.Layers)
			return c.Set("arch", model.Layers)
		}
	}
	return nil
}

// applySettings sets the flags that a preset or a file gives and the command line does not.
func applySettings(ui *ui, c *cli.Context) (classesOfData bool, err error) {
	name, file := c.String("preset"), c.String("config")
	if name == "" && file == "" {
		return false, nil
	}
	if name != "" && file != "" || c.String("resume") != "" {
		return false, usageError{errors.New("--preset, --config and --resume exclude each other")}
	}
	var all []setting
	if file != "" {
		all, err = settingsOfFile(ui, file)
	} else if all, err = settingsOfPreset(name); err == nil {
		all, classesOfData = ofOtherData(ui, c, name, all)
	}
	if err != nil {
		return false, err
	}
	known := newTrain(nil).Flags
	for _, s := range withoutTexts(ui, c, all) {
		if err := s.apply(c, known); err != nil {
			return false, usageError{fmt.Errorf("%s: %w", s.at, err)}
		}
	}
	return classesOfData, nil
}

// withoutTexts removes the texts of nets if the command line gives another arch than theirs.
func withoutTexts(ui *ui, c *cli.Context, all []setting) (kept []setting) {
	if !c.IsSet("arch") || c.String("arch") == model.Layers {
		return all
	}
	var left []string
	for _, s := range all {
		if s.key != "gen_layers" && s.key != "dis_layers" {
			kept = append(kept, s)
		} else if s.value != "" {
			left = append(left, s.key)
		}
	}
	if len(left) > 0 {
		ui.note("--arch %s: left out as meant for --arch %s: %s", c.String("arch"), model.Layers, strings.Join(left, ", "))
	}
	return kept
}

func settingsOfPreset(name string) ([]setting, error) {
	text, err := readPreset(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("--%w", err)}
	}
	all, _, err := parseSettings(name+".toml", text)
	return all, err
}

func settingsOfFile(ui *ui, file string) ([]setting, error) {
	text, err := atomicfile.Read(file, longestConfig)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	all, facts, err := parseSettings(file, text)
	if err != nil {
		return nil, usageError{err}
	}
	if len(facts) > 0 {
		ui.note("--config: left out as no settings but facts of that run: %s", strings.Join(facts, ", "))
	}
	return all, nil
}

// ofOtherData removes a preset's settings about MNIST if the data are others: the number of
// images and the number of classes. The data give these.
func ofOtherData(ui *ui, c *cli.Context, preset string, all []setting) (kept []setting, classesOfData bool) {
	if data := c.String("data"); data == "" || data == "mnist" {
		return all, false
	}
	var left []string
	for _, s := range all {
		switch {
		case s.key != "images" && s.key != "classes":
			kept = append(kept, s)
		case !c.IsSet(s.key):
			left = append(left, s.key+" = "+s.value)
			classesOfData = classesOfData || s.key == "classes"
		}
	}
	if len(left) > 0 {
		ui.note("--preset %s: left out as meant for MNIST: %s", preset, strings.Join(left, ", "))
	}
	return kept, classesOfData
}
