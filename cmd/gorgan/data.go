package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/dataset/atomicfile"
)

func newData(ui *ui) *cli.Command {
	split := &cli.StringFlag{Name: "split", Usage: "`train` or test, of mnist and IDX folders", Value: "train"}
	return &cli.Command{
		Name:  "data",
		Usage: "check a source of images, or export MNIST as JPEG files",
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
			Description: "SRC is mnist, a folder of IDX files, an IDX file, or a list file with lines `path label`.\n" +
				"Exits with 1 if anything is wrong.\n\nExample:\n\n   gorgan data check mnist/train_labels.txt",
			Flags: append(sourceFlags(), split, &cli.BoolFlag{Name: "json", Usage: "print JSON"}),
			Action: func(c *cli.Context) error {
				args, err := positional(c, "SRC")
				if err != nil {
					return err
				}
				return runCheck(ui, c, args[0])
			},
		}, {
			Name:        "export",
			Usage:       "write the embedded MNIST as the tutorial's JPEG files and their list",
			Description: "Example:\n\n   gorgan data export --to mnist\n   gorgan train --data mnist/train_labels.txt",
			Flags:       []cli.Flag{&cli.StringFlag{Name: "to", Usage: "folder to write to, `DIR`; needed"}, split},
			Action: func(c *cli.Context) error {
				if _, err := positional(c); err != nil {
					return err
				}
				return runExport(ui, c)
			},
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

func runCheck(ui *ui, c *cli.Context, source string) error {
	split, err := splitFlag(c)
	if err != nil {
		return err
	}
	_, report, err := readSource(c.Context, ui, c, source, split, c.String("resize"))
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = printJSON(ui, report)
	} else {
		_, err = report.WriteTo(ui.out)
	}
	if err == nil && !report.OK() {
		return errReported
	}
	return err
}

func runExport(ui *ui, c *cli.Context) error {
	dir := c.String("to")
	if dir == "" {
		return usageError{errors.New("data export: --to is missing, want the folder to write to; see gorgan data export --help")}
	}
	split, err := splitFlag(c)
	if err != nil {
		return err
	}
	// A killed export leaves these files. Younger ones may belong to another export.
	for _, d := range []string{dir, filepath.Join(dir, split)} {
		if err := atomicfile.RemoveTemporaries(d, time.Hour); err != nil {
			return err
		}
	}
	set, _, err := dataset.Open(c.Context, "mnist", dataset.Options{Split: split})
	if err != nil {
		return err
	}
	ui.start("writing", "image", 0, set.Len())
	defer ui.stop()
	err = dataset.Export(c.Context, set, dir, split, func(done, _ int) { ui.progress(done, "writing") })
	if err != nil {
		return err
	}
	ui.stop()
	attribution, err := dataset.Attribution()
	if err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "README.md"), attribution); err != nil {
		return err
	}
	list := filepath.Join(dir, split+"_labels.txt")
	ui.say("%s: %s", list, count(set.Len(), "image"))
	ui.note("train on them with: %s", ui.command("train", "--data", list))
	return nil
}
