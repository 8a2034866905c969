package main

import (
	"context"
	"fmt"
	"image"
	"os"

	"github.com/urfave/cli/v2"
	"golang.org/x/image/draw"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// sourceFlags returns the flags for reading a source of images.
func sourceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "resize", Usage: "resize all images to `HxW` pixels; without it they must have one size"},
		&cli.IntFlag{Name: "readers", Usage: "decode `N` images at a time", Value: 4},
		&cli.IntFlag{Name: "cache", Usage: "keep decoded images in memory up to `MIB`; larger sets are read from disk each epoch", Value: 1024},
	}
}

// sourceOptions are the values of sourceFlags.
type sourceOptions struct {
	resize  string // HxW, empty for as they are
	readers int
	cache   int64 // in bytes, negative for none
}

// readSourceOptions reads sourceFlags. It does not check the size of --resize, which the
// settings of a run may replace: readSource does.
func readSourceOptions(c *cli.Context) (sourceOptions, error) {
	o := sourceOptions{resize: c.String("resize"), readers: c.Int("readers"), cache: int64(c.Int("cache")) << 20}
	if o.readers < 1 || o.readers > 1024 {
		return o, usageError{fmt.Errorf("--readers is %d, want 1 to 1024", o.readers)}
	}
	if o.cache < 0 {
		return o, usageError{fmt.Errorf("--cache is %d, want 0 or more", c.Int("cache"))}
	}
	if o.cache == 0 {
		o.cache = -1 // the flag's 0 is none at all
	}
	return o, nil
}

// openSource reads and checks a source with a bar, and prints the notes of its report.
func openSource(ctx context.Context, ui *ui, source, split string, o sourceOptions) (*dataset.Set, *dataset.Report, error) {
	set, report, err := readSource(ctx, ui, source, split, o)
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
func readSource(ctx context.Context, ui *ui, source, split string, o sourceOptions) (*dataset.Set, *dataset.Report, error) {
	of := dataset.Options{Split: split, Readers: o.readers, Cache: o.cache, Scale: scale}
	if o.resize != "" {
		var err error
		if of.Resize, err = raster.ParseSize(o.resize); err != nil {
			return nil, nil, usageError{fmt.Errorf("--resize: %w", err)}
		}
	}
	defer ui.stop()
	of.Progress = func(done, total int) {
		if ui.bar == nil {
			ui.start("reading "+source, "image", 0, total)
		}
		ui.progress(done, "reading "+source)
	}
	return dataset.Open(ctx, source, of)
}

// testSplit reads the test images of a source. It returns nil if the source has one split.
func testSplit(ctx context.Context, ui *ui, source string, o sourceOptions) (*dataset.Set, error) {
	if info, err := os.Stat(source); source != "mnist" && (err != nil || !info.IsDir()) {
		return nil, nil
	}
	set, _, err := openSource(ctx, ui, source, "test", o)
	return set, err
}

func scale(dst *image.Gray, src image.Image) {
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
}
