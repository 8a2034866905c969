package main

import (
	"context"
	"fmt"
	"image"
	"os"

	"github.com/urfave/cli/v2"
	"golang.org/x/image/draw"

	"gorgan/dataset"
)

// sourceFlags returns the flags for reading a source of images.
func sourceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "resize", Usage: "bring all images to `HxW` pixels; without it they must agree"},
		&cli.IntFlag{Name: "readers", Usage: "decode `N` images at a time", Value: 4},
		&cli.IntFlag{Name: "cache", Usage: "keep decoded images in memory up to `MIB`; larger sets are read from disk each epoch", Value: 1024},
	}
}

// openSource reads and checks a source with a bar, and prints the notes of its report.
func openSource(ctx context.Context, ui *ui, c *cli.Context, source, split, resize string) (*dataset.Set, *dataset.Report, error) {
	set, report, err := readSource(ctx, ui, c, source, split, resize)
	if err != nil {
		return nil, nil, err
	}
	name := source
	if split == "test" {
		name += " (test)"
	}
	for _, note := range report.Notes {
		ui.note("%s: %s", name, note)
	}
	return set, report, nil
}

// readSource reads and checks a source with a bar.
func readSource(ctx context.Context, ui *ui, c *cli.Context, source, split, resize string) (*dataset.Set, *dataset.Report, error) {
	o := dataset.Options{Split: split, Readers: c.Int("readers"), Cache: int64(c.Int("cache")) << 20, Scale: scale}
	if o.Readers < 1 || o.Readers > 1024 {
		return nil, nil, usageError{fmt.Errorf("--readers is %d, want 1 to 1024", o.Readers)}
	}
	if o.Cache < 0 {
		return nil, nil, usageError{fmt.Errorf("--cache is %d, want 0 or more", c.Int("cache"))}
	}
	if o.Cache == 0 {
		o.Cache = -1 // the flag's 0 is none at all
	}
	if resize != "" {
		var err error
		if o.Resize, err = dataset.ParseSize(resize); err != nil {
			return nil, nil, usageError{fmt.Errorf("--resize: %w", err)}
		}
	}
	defer ui.stop()
	o.Progress = func(done, total int) {
		if ui.bar == nil {
			ui.start("reading "+source, "image", 0, total)
		}
		ui.progress(done, "reading "+source)
	}
	return dataset.Open(ctx, source, o)
}

// testSplit reads the test images of a source. It returns nil if the source has one split.
func testSplit(ctx context.Context, ui *ui, c *cli.Context, source, resize string) (*dataset.Set, error) {
	if info, err := os.Stat(source); source != "mnist" && (err != nil || !info.IsDir()) {
		return nil, nil
	}
	set, _, err := openSource(ctx, ui, c, source, "test", resize)
	return set, err
}

func scale(dst *image.Gray, src image.Image) {
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
}
