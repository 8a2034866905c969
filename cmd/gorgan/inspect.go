package main

import (
	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/model"
)

func newInspect(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "inspect",
		Usage:     "show what a checkpoint holds",
		ArgsUsage: "FILE|RUN",
		Description: "FILE is a checkpoint; RUN a run's folder, for its last one.\n\nExample:\n\n" +
			"   gorgan inspect runs/00000-mnist-non-saturating --json",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: func(c *cli.Context) error {
			args, err := positional(c, "FILE|RUN")
			if err != nil {
				return err
			}
			return runInspect(ui, args[0], c.Bool("json"))
		},
	}
}

// inspection is what inspect prints.
type inspection struct {
	File       string       `json:"file"`
	Step       uint32       `json:"step"`
	Data       string       `json:"data"`    // fingerprint
	Weights    string       `json:"weights"` // SHA-256
	Parameters int          `json:"parameters"`
	Nets       []model.Net  `json:"nets"`
	Config     model.Config `json:"config"`
}

func runInspect(ui *ui, path string, asJSON bool) error {
	file, state, err := loadModel(path)
	if err != nil {
		return err
	}
	in := inspection{File: file, Step: state.Step, Data: state.Data, Weights: state.WeightHash(), Nets: state.Nets(), Config: state.Config}
	for _, n := range in.Nets {
		in.Parameters += n.Parameters
	}
	if asJSON {
		return printJSON(ui, in)
	}
	ui.say("file        %s", printable(in.File))
	ui.say("step        %d", in.Step)
	ui.say("data        %s", printable(in.Data))
	ui.say("weights     %s", in.Weights)
	ui.say("images      %s", imageForm(in.Config))
	ui.say("parameters  %d", in.Parameters)
	for _, n := range in.Nets {
		ui.say("%s: %s", n.Name, count(n.Parameters, "parameter"))
		for _, l := range n.Layers {
			ui.say("  %-24s %-10s %7d -> %-7d %9d", l.Name, l.Activation, l.In, l.Out, l.Parameters)
		}
	}
	return printJSON(ui, in.Config)
}

// imageForm says what a model's images are.
func imageForm(c model.Config) string {
	form := dataset.Size{Height: c.Height, Width: c.Width}.String()
	if c.Stack == 1 {
		return form + ", grey"
	}
	return form + ", in colours, each channel an image of the set"
}
