package main

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

func newPresets(ui *ui) *cli.Command {
	return &cli.Command{
		Name:        "presets",
		Usage:       "list the presets, or show the settings of one",
		ArgsUsage:   "[NAME]",
		Description: "Examples:\n\n   gorgan presets\n   gorgan presets best\n   gorgan train --preset best",
		Action:      action(ui, readPresetsOptions, runPresets),
	}
}

// presetsOptions name the preset to show, "" to list them.
type presetsOptions struct{ name string }

func readPresetsOptions(_ *ui, c *cli.Context) (o presetsOptions, err error) {
	if c.NArg() == 0 {
		return o, nil
	}
	args, err := positional(c, "NAME")
	if err != nil {
		return o, err
	}
	return presetsOptions{args[0]}, nil
}

func runPresets(_ context.Context, ui *ui, o presetsOptions) error {
	if o.name == "" {
		return listPresets(ui)
	}
	return showPreset(ui, o.name)
}

// listPresets writes each preset's name and what it is for.
func listPresets(ui *ui) error {
	across := 0
	for _, name := range presetNames() {
		across = max(across, len(name))
	}
	for _, name := range presetNames() {
		text, err := readPreset(name)
		if err != nil {
			return err
		}
		for i, line := range wrapped(firstSentence(purposeOf(text)), 78-across) {
			if i > 0 {
				name = ""
			}
			ui.say("%-*s %s", across, name, line)
		}
	}
	ui.note("see the settings of one with: %s NAME; train with one with: %s NAME",
		ui.command("presets"), ui.command("train", "--preset"))
	return nil
}

// sentenceEnd is a full stop before a word with a capital letter, but not that of "et al.".
var sentenceEnd = regexp.MustCompile(`(\bal)?(\. )\p{Lu}`)

// firstSentence returns the first sentence of a text, without its full stop.
func firstSentence(text string) string {
	for _, m := range sentenceEnd.FindAllStringSubmatchIndex(text, -1) {
		if abbreviated := m[2] >= 0; !abbreviated {
			return text[:m[4]]
		}
	}
	return text
}

// showPreset writes what a preset is for, and its settings with the help of their flags.
func showPreset(ui *ui, name string) error {
	text, err := readPreset(name)
	if err != nil {
		return usageError{err}
	}
	settings, _, err := parseSettings(name+".toml", text)
	if err != nil {
		return err
	}
	for _, line := range wrapped(purposeOf(text), 79) {
		ui.say("%s", line)
	}
	ui.say("")
	flags := newTrain(nil).Flags
	for _, s := range settings {
		usage := ""
		if f, ok := findFlag(flags, strings.ReplaceAll(s.key, "_", "-")).(cli.DocGenerationFlag); ok {
			usage = strings.ReplaceAll(f.GetUsage(), "`", "")
		}
		ui.say("--%s %s", strings.ReplaceAll(s.key, "_", "-"), s.value)
		for _, line := range wrapped(usage, 75) {
			ui.say("    %s", line)
		}
	}
	return nil
}

// readPreset reads the file of the preset with that name.
func readPreset(name string) ([]byte, error) {
	if !slices.Contains(presetNames(), name) {
		return nil, fmt.Errorf("preset is %q, want one of %s", name, strings.Join(presetNames(), ", "))
	}
	return presets.ReadFile(path.Join("presets", name+".toml"))
}

// purposeOf returns the comment at the beginning of a preset's file.
func purposeOf(text []byte) string {
	var words []string
	for line := range strings.Lines(string(text)) {
		comment, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		words = append(words, strings.TrimSpace(comment))
	}
	return strings.TrimSuffix(strings.Join(words, " "), ".")
}
