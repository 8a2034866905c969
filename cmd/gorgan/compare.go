package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model/compare"
	"gorgan/model/run"
)

func newCompare(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "compare",
		Usage:     "compare the figures of runs over their seeds",
		ArgsUsage: "RUN...",
		Description: "Groups runs by the values of settings, and gives each group's mean and standard deviation over its seeds,\n" +
			"and the mean difference to the first group over the seeds that both have, with Student's interval. RUN is a run\n" +
			"or a folder of runs. The figures are those of the runs' evaluations (train --evaluate-every). Runs of other\n" +
			"evaluators or other data are refused, as their figures do not mean the same.\n\n" +
			"Examples:\n\n   gorgan compare runs --by loss\n   gorgan compare runs/a* runs/b* --by loss,r1 --figures frechet_distance,coverage --markdown",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "by", Usage: "group by these `SETTINGS`, named as in config.json, as in loss,r1", Value: "loss"},
			&cli.StringFlag{Name: "figures", Usage: "compare these `FIGURES`", DefaultText: "the one that decides between checkpoints"},
			&cli.BoolFlag{Name: "best", Usage: "take the evaluation of each run's best checkpoint, and not the last; the best of many is better by chance too"},
			&cli.StringFlag{Name: "baseline", Usage: "give the differences to the `GROUP` of that name", DefaultText: "the first"},
			&cli.Float64Flag{Name: "confidence", Usage: "give intervals of this `PROBABILITY`", Value: 0.95},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			&cli.BoolFlag{Name: "markdown", Usage: "print a table in Markdown"},
			&cli.BoolFlag{Name: "csv", Usage: "print CSV, a line for each group and figure"},
		},
		Action: action(ui, readCompareOptions, runCompare),
	}
}

type compareOptions struct {
	compare.Options
	dirs   []string
	format string // json, markdown, csv, or empty for text
}

func readCompareOptions(_ *ui, c *cli.Context) (o compareOptions, err error) {
	if o.dirs = c.Args().Slice(); len(o.dirs) == 0 {
		return o, usageError{fmt.Errorf("compare wants RUN...; see %s --help", c.Command.HelpName)}
	}
	for _, name := range []string{"json", "markdown", "csv"} {
		if c.Bool(name) && o.format != "" {
			return o, usageError{fmt.Errorf("--%s and --%s exclude each other", o.format, name)}
		} else if c.Bool(name) {
			o.format = name
		}
	}
	o.Options = compare.Options{Best: c.Bool("best"), Baseline: c.String("baseline"), Confidence: c.Float64("confidence")}
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return o, usageError{fmt.Errorf("--confidence is %v, want a number between 0 and 1", o.Confidence)}
	}
	for name := range strings.SplitSeq(c.String("by"), ",") {
		name = strings.ReplaceAll(strings.TrimSpace(name), "-", "_")
		if name == "seed" {
			return o, usageError{errors.New("--by: runs are compared over their seeds, so seed makes no groups")}
		}
		if _, known := (run.Settings{}).Setting(name); !known {
			return o, usageError{fmt.Errorf("--by: %.40q is no setting to group by%s", name, didYouMean(name, run.SettingNames()))}
		}
		o.By = append(o.By, name)
	}
	if text := c.String("figures"); text != "" {
		for name := range strings.SplitSeq(text, ",") {
			o.Figures = append(o.Figures, strings.TrimSpace(name))
		}
	}
	return o, nil
}

// didYouMean asks about a name that is near to one of those known. It returns "" if none is.
func didYouMean(name string, known []string) string {
	if near := closest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}

func runCompare(ctx context.Context, ui *ui, o compareOptions) error {
	var histories []run.History
	seen := map[string]bool{}
	for _, dir := range o.dirs {
		below, err := runsBelow(dir)
		if err != nil {
			return err
		}
		if len(below) == 0 {
			return fmt.Errorf("%s is not a run nor a folder of runs", dir)
		}
		for _, dir := range below {
			if err := ctx.Err(); err != nil {
				return err
			}
			if seen[dir] {
				return usageError{fmt.Errorf("%s is given twice", dir)}
			}
			seen[dir] = true
			h, err := run.ReadHistory(dir)
			if err != nil {
				return err
			}
			ui.notes(h.Notes)
			histories = append(histories, h)
		}
	}
	t, err := compare.New(histories, o.Options)
	if err != nil {
		return err
	}
	var text string
	switch o.format {
	case "json":
		return printJSON(ui, t)
	case "csv":
		if text, err = compareCSV(t); err != nil {
			return err
		}
	case "markdown":
		text = compareMarkdown(t)
	default:
		text = compareText(t)
	}
	if o.format != "" {
		ui.notes(t.Notes) // for people, beside the table
	}
	ui.say("%s", strings.TrimSuffix(text, "\n"))
	return nil
}
