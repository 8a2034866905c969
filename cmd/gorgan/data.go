package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/dataset/atomicfile"
)

func newData(ui *ui) *cli.Command {
	split := &cli.StringFlag{Name: "split", Usage: "read the `PART` train or test, if the source has both", Value: "train"}
	return &cli.Command{
		Name:  "data",
		Usage: "check or preview images, or export MNIST as JPEG files",
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return notACommand(c)
			}
			return cli.ShowSubcommandHelp(c)
		},
		Subcommands: []*cli.Command{{
			Name:      "check",
			Usage:     "read all images of a source and report every bad one",
			ArgsUsage: "SRC",
			Description: "SRC is " + sources + ".\n" +
				"Exits with 1 if there is a problem: an image that cannot be read, or one that\noccurs twice. Training stops at the former alone.\n\nExample:\n\n   gorgan data check photos",
			Flags:  append(sourceFlags(), split, &cli.BoolFlag{Name: "json", Usage: "print JSON"}),
			Action: action(ui, readCheckOptions, runCheck),
		}, newPreview(ui, split), {
			Name:        "export",
			Usage:       "write the embedded MNIST as the tutorial's JPEG files and their list",
			Description: "Example:\n\n   gorgan data export --to mnist\n   gorgan train --data mnist/train_labels.txt",
			Flags: []cli.Flag{&cli.StringFlag{Name: "to", Usage: "write to the folder `DIR`; needed"},
				&cli.StringFlag{Name: "split", Usage: "write the `PART` train or test", Value: "train"}},
			Action: action(ui, readExportOptions, runExport),
		}},
	}
}

// errReported ends a command that has reported its failure already.
var errReported = errors.New("")

// splitFlag is the value of --split.
func splitFlag(c *cli.Context) (string, error) {
	split := c.String("split")
	if split != "train" && split != "test" {
		return "", usageError{fmt.Errorf("--split is %q, want train or test", split)}
	}
	return split, nil
}

type checkOptions struct {
	source, split string
	reading       sourceOptions
	json          bool
}

func readCheckOptions(_ *ui, c *cli.Context) (o checkOptions, err error) {
	args, err := positional(c, "SRC")
	if err != nil {
		return o, err
	}
	o.source, o.json = args[0], c.Bool("json")
	if o.split, err = splitFlag(c); err != nil {
		return o, err
	}
	o.reading, err = readSourceOptions(c)
	return o, err
}

func runCheck(ctx context.Context, ui *ui, o checkOptions) error {
	_, report, err := readSource(ctx, ui, o.source, o.split, o.reading)
	if err != nil {
		return err
	}
	if o.json {
		err = printJSON(ui, report)
	} else {
		_, err = report.WriteTo(ui.out)
	}
	if err == nil && !report.OK() {
		return errReported
	}
	return err
}

type exportOptions struct{ to, split string }

func readExportOptions(_ *ui, c *cli.Context) (o exportOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	if o.to = c.String("to"); o.to == "" {
		return o, usageError{errors.New("data export: --to is missing, want the folder to write to; see gorgan data export --help")}
	}
	o.split, err = splitFlag(c)
	return o, err
}

func runExport(ctx context.Context, ui *ui, o exportOptions) error {
	// A killed export leaves these files. Younger ones may belong to another export.
	for _, d := range []string{o.to, filepath.Join(o.to, o.split)} {
		if err := atomicfile.RemoveTemporaries(d, time.Hour); err != nil {
			return err
		}
	}
	set, _, err := dataset.Open(ctx, "mnist", dataset.Options{Split: o.split})
	if err != nil {
		return err
	}
	ui.start("writing", "image", 0, set.Len())
	defer ui.stop()
	err = dataset.Export(ctx, set, o.to, o.split, func(done, _ int) { ui.progress(done, "writing") })
	if err != nil {
		return err
	}
	ui.stop()
	attribution, err := dataset.Attribution()
	if err != nil {
		return err
	}
	if err := atomicfile.WriteText(filepath.Join(o.to, "README.md"), attribution); err != nil {
		return err
	}
	list := filepath.Join(o.to, o.split+"_labels.txt")
	ui.say("%s: %s", list, count(set.Len(), "image"))
	ui.note("train on them with: %s", ui.command("train", "--data", list))
	return nil
}
