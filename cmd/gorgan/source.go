package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/model/run"
)

// sources says what --data and SRC can be.
const sources = "mnist, a folder or archive of images, a list of them, or a file of an array (IDX, CIFAR, .npy, .npz, CSV)"

// sourceFlags returns the flags for reading a source of images.
func sourceFlags() []cli.Flag {
	d := run.DefaultReading()
	return []cli.Flag{
		&cli.StringFlag{Name: "size", Aliases: []string{"resize"}, Usage: "make all images `N` pixels square, or HxW",
			DefaultText: fmt.Sprintf("that of the images, or %v if they differ or are large", dataset.DefaultSize)},
		&cli.StringFlag{Name: "fit", Usage: "give an image of another aspect ratio the size by `NAME`: " + strings.Join(raster.Fits(), ", "), Value: d.Fit},
		&cli.StringFlag{Name: "channels", Usage: "make images of `N` channels: 1 is grey, 3 are red, green and blue", Value: d.Channels, DefaultText: "auto: grey if all images are grey"},
		&cli.StringFlag{Name: "background", Usage: "lay a `COLOUR` under transparent images, and around those of --fit pad: white, black or #rrggbb", Value: d.Background},
		&cli.StringFlag{Name: "on-error", Usage: "at images that cannot be read, do `WHAT`: stop, or skip them if they are at most a tenth", Value: d.OnError},
		&cli.IntFlag{Name: "readers", Usage: "decode `N` images at a time", Value: 4},
		&cli.IntFlag{Name: "cache", Usage: "keep decoded images in memory up to `MIB`; larger sets are read from disk each epoch", Value: 1024},
	}
}

// sourceOptions are the values of sourceFlags.
type sourceOptions struct {
	run.Reading
	given   given // which of the reading's flags are given
	readers int
	cache   int64 // in bytes, negative for none
}

// readSourceOptions reads sourceFlags.
func readSourceOptions(c *cli.Context) (sourceOptions, error) {
	o := sourceOptions{Reading: readReading(c), given: givenFlags(c), readers: c.Int("readers"), cache: int64(c.Int("cache")) << 20}
	if o.readers < 1 || o.readers > 1024 {
		return o, usageError{fmt.Errorf("--readers is %d, want 1 to 1024", o.readers)}
	}
	if o.cache < 0 {
		return o, usageError{fmt.Errorf("--cache is %d, want 0 or more", c.Int("cache"))}
	}
	if o.cache == 0 {
		o.cache = -1 // the flag's 0 is none at all
	}
	if _, err := o.Options(flagNamed); err != nil {
		return o, usageError{err}
	}
	return o, nil
}

func readReading(c *cli.Context) run.Reading {
	return run.Reading{Size: c.String("size"), Fit: c.String("fit"), Channels: c.String("channels"),
		Background: c.String("background"), OnError: c.String("on-error")}
}

// readingFlags are the flags of a reading, with what replaces a setting.
var readingFlags = []struct {
	name    string
	replace func(to *run.Reading, from run.Reading)
}{
	{"size", func(to *run.Reading, from run.Reading) { to.Size = from.Size }},
	{"fit", func(to *run.Reading, from run.Reading) { to.Fit = from.Fit }},
	{"channels", func(to *run.Reading, from run.Reading) { to.Channels = from.Channels }},
	{"background", func(to *run.Reading, from run.Reading) { to.Background = from.Background }},
	{"on-error", func(to *run.Reading, from run.Reading) { to.OnError = from.OnError }},
}

// over returns a run's reading, in which the flags that are given replace the run's own.
func (g given) over(r, flags run.Reading) run.Reading {
	for _, f := range readingFlags {
		if g[f.name] {
			f.replace(&r, flags)
		}
	}
	return r
}

// ofReading returns the flags of a reading that are given, as in --size.
func (g given) ofReading() (flags []string) {
	for _, f := range readingFlags {
		if g[f.name] {
			flags = append(flags, "--"+f.name)
		}
	}
	return flags
}

// flagNamed returns the flag of a setting.
func flagNamed(key string) string { return "--" + strings.ReplaceAll(key, "_", "-") }

// openSource reads and checks a source with a bar. Problems that forbid a set are the error.
func openSource(ctx context.Context, ui *ui, source, split string, o sourceOptions) (*dataset.Set, *dataset.Report, error) {
	set, report, err := readSource(ctx, ui, source, split, o)
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		return nil, nil, err
	}
	return set, report, nil
}

// notesOf returns the notes of a source's report, for the user.
func notesOf(ui *ui, report *dataset.Report, split string) []string {
	name := report.Source
	if split == "test" {
		name += " (test)"
	}
	var notes []string
	for _, note := range report.Notes {
		notes = append(notes, name+": "+note)
	}
	if !report.OK() {
		notes = append(notes, "list the problems with: "+ui.command("data", "check", report.Source))
	}
	return notes
}

// copiesOfSet is how often the images of a set are in memory at most: all of the source, those that are
// trained on, and those that the device has.
const copiesOfSet = 3

// readSource reads and checks a source with a bar.
func readSource(ctx context.Context, ui *ui, source, split string, o sourceOptions) (*dataset.Set, *dataset.Report, error) {
	of, err := o.Options(flagNamed)
	if err != nil {
		return nil, nil, usageError{err}
	}
	of.Split, of.Readers, of.Cache = split, o.readers, o.cache
	if _, left, known := processMemory().least(); known {
		of.Memory = left
		if !o.given["cache"] {
			of.Cache = min(of.Cache, max(left/copiesOfSet, 1))
		}
	}
	source = nearby(source)
	defer ui.stop()
	of.Progress = func(done, total int) {
		if ui.bar == nil {
			ui.start("reading "+source, "image", 0, total)
		}
		ui.progress(done, "reading "+source)
	}
	return dataset.Open(ctx, source, of)
}

// nearby returns a path as seen from the current folder if the path leads into this folder. A run has
// absolute paths, which would make its messages long.
func nearby(path string) string {
	here, err := os.Getwd()
	if err != nil || !filepath.IsAbs(path) {
		return path
	}
	if inside, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(inside) && inside != "mnist" {
		return inside
	}
	return path
}
