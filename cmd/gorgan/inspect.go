package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
	"gorgan/kernels/plan"
	"gorgan/model"
	"gorgan/model/run"
)

func newInspect(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "inspect",
		Usage:     "show what a checkpoint holds",
		ArgsUsage: "FILE|RUN",
		Description: "FILE is a checkpoint; RUN a run's folder, for its last one. Of each net it prints the text, which --gen-layers and --dis-layers of train take, and of each layer what it takes and makes, its parameters, and its multiplications for one image.\n\nExamples:\n\n" +
			"   gorgan inspect runs/00000-mnist-non-saturating\n" +
			"   gorgan inspect runs/00000-mnist-non-saturating --json\n" +
			"   gorgan inspect runs/00000-mnist-non-saturating --dot | dot -Tsvg >step.svg",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			&cli.BoolFlag{Name: "graph", Usage: "print the launches of a training step: operations, shapes, what they read and write"},
			&cli.BoolFlag{Name: "dot", Usage: "print them in the language of Graphviz"},
		},
		Action: action(ui, readInspectOptions, runInspect),
	}
}

type inspectOptions struct {
	path             string
	json, graph, dot bool
}

func readInspectOptions(_ *ui, c *cli.Context) (o inspectOptions, err error) {
	args, err := positional(c, "FILE|RUN")
	if err != nil {
		return o, err
	}
	o = inspectOptions{args[0], c.Bool("json"), c.Bool("graph"), c.Bool("dot")}
	if o.json && (o.graph || o.dot) || o.graph && o.dot {
		return o, usageError{errors.New("inspect: got several of --json, --graph and --dot, want one")}
	}
	return o, nil
}

// inspection is the output of inspect.
type inspection struct {
	File       string       `json:"file"`
	Step       uint32       `json:"step"`
	Data       string       `json:"data"`    // fingerprint
	Weights    string       `json:"weights"` // SHA-256
	Parameters int          `json:"parameters"`
	Averages   int          `json:"averages,omitempty"` // running means and variances of batches
	Nets       []model.Net  `json:"nets"`
	ClassNames []string     `json:"class_names,omitempty"`
	Config     model.Config `json:"config"`
	Plan       *plan.Plan   `json:"plan,omitempty"` // of the run, on a GPU
}

func runInspect(_ context.Context, ui *ui, o inspectOptions) error {
	file, state, err := ui.openModel(o.path)
	if err != nil {
		return err
	}
	if o.graph || o.dot {
		return printStep(ui, state.Config, o.dot)
	}
	in := inspection{File: file, Step: state.Step, Data: state.Data, Weights: state.WeightHash(), Nets: state.Nets(),
		ClassNames: state.ClassNames, Config: state.Config}
	for _, n := range in.Nets {
		in.Parameters += n.Parameters
		in.Averages += n.Averages
	}
	if in.Plan, err = run.ReadPlan(filepath.Dir(file)); err != nil {
		return err
	}
	if o.json {
		return printJSON(ui, in)
	}
	ui.say("file        %s", printable(in.File))
	ui.say("step        %d", in.Step)
	ui.say("data        %s", printable(in.Data))
	ui.say("weights     %s", in.Weights)
	ui.say("images      %s", imageForm(in.Config))
	for i, line := range classLines(in) {
		ui.say("%-11s %s", []string{"classes", ""}[min(i, 1)], line)
	}
	ui.say("parameters  %d", in.Parameters)
	if in.Averages > 0 {
		ui.say("averages    %d, of the means and variances of batches", in.Averages)
	}
	for _, n := range in.Nets {
		ui.say("%s: %s", n.Name, n.Size())
		ui.say("  layers: %s", n.Text)
		if n.Deviation > 0 {
			ui.say("  first weights: normal, init-deviation %v", n.Deviation)
		}
		for i, l := range n.Layers {
			kind := l.Kind
			if l.Multiplications > 0 {
				kind += ", " + count(l.Multiplications, "multiplication")
			}
			if l.Averages > 0 {
				kind += ", " + count(l.Averages, "running average")
			}
			if l.Vector > 0 {
				kind += ", spectral norm"
			}
			in, out := n.Shapes(i)
			ui.say("  %-17s %-10s %11s -> %-11s %9d  %s", l.Name, l.Activation, in, out, l.Parameters, kind)
		}
	}
	if in.Plan != nil {
		printPlan(ui, *in.Plan)
	}
	return printJSON(ui, in.Config)
}

// classLines describes the classes: their number, and their names if they have some. It returns nil
// for a model without classes.
func classLines(in inspection) []string {
	if in.ClassNames == nil {
		if in.Config.Classes == 0 {
			return nil
		}
		return []string{strconv.Itoa(in.Config.Classes)}
	}
	return wrapped(fmt.Sprintf("%d: %s", len(in.ClassNames), printable(strings.Join(in.ClassNames, ", "))), 100)
}

// loadModel reads the checkpoint that path, a file or a run's folder, names.
func loadModel(path string) (file string, state *model.State, err error) {
	if path == "" {
		return "", nil, usageError{errors.New("--model is missing; it names a checkpoint or a run's folder")}
	}
	return run.LoadModel(path)
}

// openModel is loadModel. It also says what was changed in a checkpoint of an older version.
func (ui *ui) openModel(path string) (file string, state *model.State, err error) {
	if file, state, err = loadModel(path); err == nil {
		ui.sayConverted(file, state)
	}
	return file, state, err
}

// sayConverted says what was changed in a checkpoint of an older version.
func (ui *ui) sayConverted(file string, s *model.State) {
	if s.Note != "" {
		ui.note("%s: %s", file, s.Note)
	}
}

// printStep prints the graph of a training step of c, as it is laid out on the CPU.
func printStep(ui *ui, c model.Config, dot bool) error {
	dev, _, err := device.Open("cpu", device.Options{})
	if err != nil {
		return err
	}
	defer dev.Close()
	format := model.Text
	if dot {
		format = model.DOT
	}
	return model.WriteStep(ui.out, dev, c, format)
}

// imageForm describes a model's images.
func imageForm(c model.Config) string {
	form := c.Shape().String()
	switch {
	case c.Channels == 1:
		return form + ", grey"
	case c.Stack == 1:
		return form + ", in colours"
	}
	return form + ", in colours, each channel an image of the set"
}
