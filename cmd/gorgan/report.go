package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
	"gorgan/model/report"
	"gorgan/model/run"
)

func newReport(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "write one HTML file about a run, to hand on",
		ArgsUsage: "RUN",
		Description: "The file holds all it shows, and a browser makes no request for it: images, the same seeds over the steps,\n" +
			"curves, figures with floors, the nearest training images, what the numbers mean, settings and their\n" +
			"differences from the preset, environment, and the command to repeat the run. What cannot be shown is named in\n" +
			"it. The run may be training.\n\nExample:\n\n   gorgan report runs/00000-mnist-non-saturating --out report.html",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "write to `FILE`, an .html", Value: "report.html"},
			&cli.StringFlag{Name: "data", Usage: "look for the nearest training images in `SRC`: " + sources, DefaultText: "the data of the run"},
		},
		Action: action(ui, readReportOptions, runReport),
	}
}

type reportOptions struct {
	dir, out string
	data     string // empty for that of the run
}

func readReportOptions(_ *ui, c *cli.Context) (o reportOptions, err error) {
	args, err := positional(c, "RUN")
	if err != nil {
		return o, err
	}
	o = reportOptions{args[0], c.String("out"), c.String("data")}
	if ending := strings.ToLower(filepath.Ext(o.out)); ending != ".html" && ending != ".htm" {
		return o, usageError{fmt.Errorf("--out: %q, want the name of an .html file", o.out)}
	}
	if info, err := os.Stat(o.out); err == nil && !info.Mode().IsRegular() {
		return o, fmt.Errorf("--out: %s is no regular file", o.out)
	}
	return o, nil
}

func runReport(ctx context.Context, ui *ui, o reportOptions) error {
	r, err := o.report(ctx, ui)
	if err != nil {
		return err
	}
	for _, lack := range r.Lacking {
		ui.note("%s: the report lacks: %s", o.dir, lack)
	}
	err = writeWhole(ui, o.out, func(w io.Writer) error {
		_, err := r.WriteTo(w)
		return err
	})
	if err != nil {
		return err
	}
	ui.say("%s: step %d of %s", printable(o.out), r.History.Step(), printable(o.dir))
	return nil
}

// report gathers what the report shows.
func (o reportOptions) report(ctx context.Context, ui *ui) (*report.Report, error) {
	h, err := run.ReadHistory(o.dir)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, err
	}
	r := &report.Report{Name: filepath.Base(dir), Data: filepath.Base(h.Settings.Data), Version: version(), History: h, Command: elsewhere, Lacking: h.Notes}
	lack := func(format string, args ...any) { r.Lacking = append(r.Lacking, fmt.Sprintf(format, args...)) }
	if r.Summary, err = run.ReadSummary(o.dir); err != nil {
		lack("the summary: %v", err)
	}
	if r.Reals.PNG, err = o.file(run.RealsFile); err != nil {
		lack("real images: %v", err)
	}
	r.Reals.Of = "real images"
	if r.Settings, err = settingsBeside(o.dir, h); err != nil {
		return nil, err
	}
	r.Repeat = repeating(o.dir, h.Settings)

	file, state, err := run.LoadModel(o.dir)
	if err != nil {
		lack("images of its generator: %v", err)
		return r, nil
	}
	ui.sayConverted(file, state)
	strip, err := openFilmstrip(o.dir)
	if err != nil {
		lack("the images over the steps: %v", err)
	} else if err := addStrip(r, strip, state); err != nil {
		return nil, err
	}
	if r.Neighbours, err = o.neighbours(ctx, ui, file, state); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		lack("the nearest training images: %v", err)
	}
	return r, nil
}

// longestShown is the number of bytes of the longest picture that a report holds.
const longestShown = 1 << 23

// file reads a picture of the run.
func (o reportOptions) file(name string) ([]byte, error) {
	return atomicfile.Read(filepath.Join(o.dir, name), longestShown)
}

// The most images of a strip in a row, and the most rows.
const (
	stripImages = 16
	stripFrames = 12
	stripWidth  = 640 // pixels of a row, if the images are not wider
)

// addStrip puts the run's pictures into the report: the newest whole, and the first images of some.
func addStrip(r *report.Report, s *filmstrip, state *model.State) error {
	r.Lacking = append(r.Lacking, s.lost...)
	p, layout := run.Fakes(state.Config, state.ClassNames)
	last := s.pictures[len(s.pictures)-1]
	whole, err := reportOptions{dir: s.dir}.file(last.Name)
	if err != nil {
		return err
	}
	r.Fakes = report.Picture{PNG: whole, Of: fmt.Sprintf("fake images after step %d, seeds 0 to %d", last.Step, len(p.Seeds)-1)}
	if s.size != layout.Size() {
		r.Lacking = append(r.Lacking, fmt.Sprintf("the images over the steps: the pictures are %dx%d, want %dx%d", s.size.X, s.size.Y, layout.Size().X, layout.Size().Y))
		return nil
	}
	n := min(len(p.Seeds), stripImages, max(4, stripWidth/(state.Config.Width+picture.Gap)))
	if k := len(p.Classes); k > 0 && k < n {
		n = n / k * k
	}
	r.Strip.Note = fmt.Sprintf("from left to right the images of seeds 0 to %d", n-1)
	if len(p.Classes) > 0 {
		r.Strip.Note += ", whose classes come in turn"
	}
	for k := range min(stripFrames, len(s.pictures)) {
		shown := s.pictures[k]
		if of := len(s.pictures); of > stripFrames {
			shown = s.pictures[k*(of-1)/(stripFrames-1)]
		}
		text, err := stripRow(s, shown, layout, state.Config, n)
		if err != nil {
			return err
		}
		r.Strip.Frames = append(r.Strip.Frames, report.Frame{Step: shown.Step, Picture: report.Picture{PNG: text, Of: fmt.Sprintf("%d fake images at step %d", n, shown.Step)}})
	}
	return nil
}

// stripRow returns the first n images of a picture in a row, as PNG.
func stripRow(s *filmstrip, shown run.FakesPicture, layout picture.Grid, c model.Config, n int) ([]byte, error) {
	img, err := s.read(shown)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown.Name, err)
	}
	row, err := picture.NewCanvas(picture.New(c, 1, n))
	if err != nil {
		return nil, err
	}
	for i := range n {
		pixels, err := layout.Cut(img, i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", shown.Name, err)
		}
		row.Put(i, pixels)
	}
	return encoded(row)
}

func encoded(c *picture.Canvas) ([]byte, error) {
	var text bytes.Buffer
	err := png.Encode(&text, c.Image)
	return text.Bytes(), err
}

// Of neighbours, so many pairs are shown, and so many held-out images are looked up.
const (
	neighbourPairs = 12
	neighbourReal  = 200
)

// neighbours draws images on the CPU and finds their nearest training images.
func (o reportOptions) neighbours(ctx context.Context, ui *ui, file string, state *model.State) (*report.Neighbours, error) {
	if state.Config.Stack > 1 {
		return nil, errors.New("stacked images are not those of the set")
	}
	reference, err := newReference(ctx, ui, evaluateOptions{data: o.data, ofRun: true, reading: plainSource()}, &samples{file: file, model: state})
	if err != nil {
		return nil, err
	}
	dev, _, err := device.Open("cpu", device.Options{})
	if err != nil {
		return nil, err
	}
	defer dev.Close()
	gen, err := model.NewGenerator(dev, state, false)
	if err != nil {
		return nil, err
	}
	p := picture.Of(state.Config, picture.SeedsFrom(0, neighbourPairs), gen.Sample)
	fakes, err := p.Values(ctx, func() {})
	if err != nil {
		return nil, err
	}
	near, err := evaluate.Nearest(ctx, dev, reference.Train, evaluate.Samples{Source: file, Values: fakes})
	if err != nil {
		return nil, err
	}
	held, _, err := reference.Test.Values(neighbourReal)
	if err != nil {
		return nil, err
	}
	typical, err := evaluate.Nearest(ctx, dev, reference.Train, evaluate.Samples{Source: reference.Test.String(), Values: held})
	if err != nil {
		return nil, err
	}
	n := &report.Neighbours{Typical: evaluate.Median(typical), Note: fmt.Sprintf(
		"above the image of a seed after step %d, seeds 0 to %d, below the nearest of %s by its pixels", state.Step, neighbourPairs-1, count(reference.Train.Len(), "training image"))}
	bytes, width := model.Quantize(fakes), state.Config.Values()
	real := make([]byte, width)
	for i, m := range near {
		if err := reference.Train.Set.Read(real, reference.Train.First+m.Image); err != nil {
			return nil, err
		}
		pair := report.Pair{Distance: m.Distance}
		for _, of := range []struct {
			to     *report.Picture
			pixels []byte
			what   string
		}{{&pair.Fake, bytes[i*width:][:width], fmt.Sprintf("seed %d", i)}, {&pair.Real, real, fmt.Sprintf("training image %d", reference.Train.First+m.Image)}} {
			g := picture.New(state.Config, 1, 1)
			g.Gap = 0
			one, err := picture.NewCanvas(g)
			if err != nil {
				return nil, err
			}
			one.Put(0, of.pixels)
			if of.to.PNG, err = encoded(one); err != nil {
				return nil, err
			}
			of.to.Of = of.what
		}
		n.Pairs = append(n.Pairs, pair)
	}
	return n, nil
}

// plainSource reads a source as train does without flags.
func plainSource() sourceOptions {
	return sourceOptions{Reading: run.DefaultReading(), readers: 4, cache: 1 << 30}
}
