package main

import (
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model/run"
)

// baseline returns the settings of the preset that a run began with, or train's defaults. It is safe for use by
// several goroutines.
func baseline(s run.Settings) (name string, of run.Settings, err error) {
	line := []string{"gorgan", "train"}
	name = "the defaults of train"
	if preset := presetOf(s.Began.Command); preset != "" && slices.Contains(presetNames(), preset) {
		line, name = append(line, "--preset", preset), "the preset "+preset
	}
	ui := newUI(io.Discard, io.Discard)
	command := newTrain(ui)
	// A command with help writes to a flag that all commands share, and several requests of pages come at once.
	command.HideHelp = true
	command.Action = func(c *cli.Context) error {
		o, err := readTrainOptions(ui, c)
		of = o.flags
		return err
	}
	app := &cli.App{Commands: []*cli.Command{command}, HideHelp: true, HideVersion: true, Writer: io.Discard, ErrWriter: io.Discard,
		ExitErrHandler: func(*cli.Context, error) {}}
	err = app.Run(line)
	if s.HeldOut == 0 {
		of.HeldOut = 0 // nothing is held out of a source that has images for tests
	}
	return name, of, err
}

// presetOf returns the preset that a command line of train names, or "".
func presetOf(words []string) string {
	for i, word := range words {
		name, value, joined := strings.Cut(word, "=")
		switch {
		case name != "--preset" && name != "-preset":
		case joined:
			return value
		case i+1 < len(words):
			return words[i+1]
		}
	}
	return ""
}
