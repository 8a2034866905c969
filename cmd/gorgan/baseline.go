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
	line := []string{"train"}
	name = "the defaults of train"
	if preset := presetOf(s.Began.Command); preset != "" && slices.Contains(presetNames(), preset) {
		line, name = append(line, "--preset", preset), "the preset "+preset
	}
	o, err := trainLine(line...)
	of = o.flags
	if s.HeldOut == 0 {
		of.HeldOut = 0 // nothing is held out of a source that has images for tests
	}
	return name, of, err
}

// trainLine reads a command line of train without carrying it out. It is safe for use by several goroutines.
func trainLine(words ...string) (o trainOptions, err error) {
	ui := newUI(io.Discard, io.Discard)
	command := newTrain(ui)
	// A command with help writes to a flag that all commands share, and several requests of pages come at once.
	command.HideHelp = true
	command.Action = func(c *cli.Context) error {
		var err error
		o, err = readTrainOptions(ui, c)
		return err
	}
	command.OnUsageError = badUsage
	app := &cli.App{Name: "gorgan", Commands: []*cli.Command{command}, HideHelp: true, HideVersion: true, Writer: io.Discard, ErrWriter: io.Discard,
		ExitErrHandler: func(*cli.Context, error) {}}
	line, err := arrange(app, append([]string{"gorgan"}, words...))
	if err != nil {
		return o, err
	}
	return o, app.Run(line)
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
