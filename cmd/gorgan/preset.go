package main

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/urfave/cli/v2"
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
		&cli.StringFlag{Name: "config", Usage: "begin with the settings of a TOML `FILE`, its keys the flags' names with _ for -"},
	}
}

// applyPreset sets the flags that a preset or a file gives and the command line does not.
func applyPreset(c *cli.Context) error {
	name, file := c.String("preset"), c.String("config")
	if name == "" && file == "" {
		return nil
	}
	if name != "" && file != "" || c.String("resume") != "" {
		return usageError{errors.New("--preset, --config and --resume exclude each other")}
	}
	read, from := os.ReadFile, file
	if name != "" {
		if !slices.Contains(presetNames(), name) {
			return usageError{fmt.Errorf("--preset is %q, want one of %s", name, strings.Join(presetNames(), ", "))}
		}
		read, from = presets.ReadFile, path.Join("presets", name+".toml")
	}
	text, err := read(from)
	if err != nil {
		return err
	}
	var settings map[string]any
	if err := toml.Unmarshal(text, &settings); err != nil {
		return usageError{fmt.Errorf("%s: %w", from, err)}
	}
	known := newTrain(nil).Flags
	for _, key := range slices.Sorted(maps.Keys(settings)) { // the first fault is always the same
		if err := applyKey(c, known, key, settings[key]); err != nil {
			return usageError{fmt.Errorf("%s: %w", from, err)}
		}
	}
	return nil
}

// applyKey sets the flag that a key stands for, one of those known, unless the command line
// has or the command has no such flag.
func applyKey(c *cli.Context, known []cli.Flag, key string, value any) error {
	flag := strings.ReplaceAll(key, "_", "-")
	in := func(flags []cli.Flag) bool {
		return slices.ContainsFunc(flags, func(f cli.Flag) bool { return f.Names()[0] == flag })
	}
	if !in(known) || strings.Contains(key, "-") || slices.Contains([]string{"preset", "config", "resume", "out"}, flag) {
		return fmt.Errorf("%s is no setting; see gorgan train --help", key)
	}
	if !in(c.Command.Flags) || c.IsSet(flag) {
		return nil
	}
	text := fmt.Sprint(value)
	if list, ok := value.([]any); ok {
		var parts []string
		for _, v := range list {
			parts = append(parts, fmt.Sprint(v))
		}
		text = strings.Join(parts, ",")
	}
	if err := c.Set(flag, text); err != nil {
		return fmt.Errorf("%s is %v: %w", key, value, err)
	}
	return nil
}
