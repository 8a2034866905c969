package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"gorgan/model/explain"
	"gorgan/model/run"
)

func newExplain(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "say what the numbers of a run mean, and what to try next",
		ArgsUsage: "RUN",
		Description: "Explains the losses, D(x) and D(G(z)), V and the bound on the Jensen-Shannon divergence, the evaluations and the\n" +
			"warnings of a run, with its numbers. The advice comes from the rules of the warnings, as docs/watching.md has\n" +
			"them. The run may be training.\n\nExample:\n\n   gorgan explain runs/00000-mnist-non-saturating",
		Action: action(ui, readExplainOptions, runExplain),
	}
}

// explainOptions name the folder of the run.
type explainOptions struct{ dir string }

func readExplainOptions(_ *ui, c *cli.Context) (o explainOptions, err error) {
	args, err := positional(c, "RUN")
	if err != nil {
		return o, err
	}
	return explainOptions{args[0]}, nil
}

func runExplain(_ context.Context, ui *ui, o explainOptions) error {
	h, err := run.ReadHistory(o.dir)
	if err != nil {
		return err
	}
	ui.notes(h.Notes)
	ui.say("%s: step %d of %d, loss %s, seed %d", printable(o.dir), h.Step(), h.Settings.Steps, h.Settings.Model.Loss, h.Settings.Model.Seed)
	for _, part := range explain.Run(h, ui.command) {
		ui.say("\n%s", part.Title)
		for _, sentence := range part.Sentences {
			ui.prose(printable(margin + sentence))
		}
	}
	return nil
}
