package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/model/picture"
)

func newPreview(ui *ui, split cli.Flag) *cli.Command {
	return &cli.Command{
		Name:      "preview",
		Usage:     "draw images of a source as the nets will see them",
		ArgsUsage: "SRC",
		Description: "SRC is " + sources + ".\nImages with labels have rows for each class, with its name.\n\n" +
			"Example:\n\n   gorgan data preview flowers --size 64 --out sheet.png",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "write the picture to `FILE`, a PNG", Value: "sheet.png"},
			&cli.IntFlag{Name: "count", Usage: "draw about `N` images", Value: 64},
			split,
		}, sourceFlags()...),
		Action: action(ui, readPreviewOptions, runPreview),
	}
}

// previewOptions are the values of preview's flags.
type previewOptions struct {
	source, split, out string
	count              int
	reading            sourceOptions
}

// mostPreviewed is the largest number of images of a preview.
const mostPreviewed = 10_000

func readPreviewOptions(_ *ui, c *cli.Context) (o previewOptions, err error) {
	args, err := positional(c, "SRC")
	if err != nil {
		return o, err
	}
	o.source, o.out, o.count = args[0], c.String("out"), c.Int("count")
	if o.count < 1 || o.count > mostPreviewed {
		return o, usageError{fmt.Errorf("--count is %d, want 1 to %d", o.count, mostPreviewed)}
	}
	if ending := strings.ToLower(filepath.Ext(o.out)); ending != ".png" {
		return o, usageError{errors.New("--out: a preview is a PNG, want a name that ends in .png")}
	}
	if o.split, err = splitFlag(c); err != nil {
		return o, err
	}
	o.reading, err = readSourceOptions(c)
	return o, err
}

func runPreview(ctx context.Context, ui *ui, o previewOptions) error {
	set, report, err := openSource(ctx, ui, o.source, o.split, o.reading)
	if err != nil {
		return err
	}
	ui.notes(notesOf(ui, report, o.split))
	sheet := picture.NewSheet(set, o.count, picture.MaxPixels)
	if sheet.Shown < sheet.Classes {
		ui.note("%d of %d classes are drawn", sheet.Shown, sheet.Classes)
	}
	img, err := sheet.Draw()
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err := dataset.WritePNG(o.out, img); err != nil {
		return err
	}
	ui.say("%s: %d of %s, %v", o.out, sheet.Images, count(set.Len(), "image"), set.Shape())
	return nil
}
