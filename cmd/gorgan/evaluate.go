package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
	"gorgan/model/run"
)

func newEvaluate(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "evaluate",
		Usage: "measure how good a generator's images are",
		Description: "Draws images and holds them against real ones; each figure stands beside its floor, what as many real\n" +
			"training images score. Metrics: " + strings.Join(evaluate.Metrics(), ", ") + ".\n" +
			"Stacked images, as of train --stack 3, are measured by the triples of classes that occur, of digits 1000, and\n" +
			"how evenly they do.\n\n" +
			"Examples:\n\n   gorgan evaluate --model runs/00000-mnist-non-saturating\n" +
			"   gorgan evaluate --model runs/00000-mnist-non-saturating --repeat 3 --json >figures.json\n" +
			"   gorgan evaluate --samples digits.npy --metrics parzen,memory\n" +
			"   gorgan evaluate --model RUN/best --assert 'frechet<=1.5*floor' --junit figures.xml",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "load the checkpoint `FILE`: a file, a run's folder for its last one, or RUN/best"},
			&cli.StringFlag{Name: "samples", Usage: "measure the images in a .npy `FILE`: (N, pixels), (N, height, width) or with channels before or behind these; floats from 0 to 1, or uint8"},
			&cli.StringFlag{Name: "data", Usage: "compare them with `SRC`: " + sources, Value: "mnist", DefaultText: "the data of the model's run, else mnist"},
			&cli.IntFlag{Name: "count", Usage: "draw `N` images, of seeds 0 to N-1", Value: evaluatedImages,
				DefaultText: fmt.Sprintf("%d, or %d stacked ones", evaluatedImages, evaluatedStacks)},
			noiseScaleFlag(),
			&cli.IntFlag{Name: "repeat", Usage: "evaluate `N` times, each on the next --count seeds, and give the spread", Value: 1},
			&cli.StringFlag{Name: "metrics", Usage: "measure these `METRICS` alone, as in parzen,frechet"},
			&cli.Uint64Flag{Name: "seed", Usage: "draw the real images that give the floor from `SEED`"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		}, assertFlags(), deviceFlags("auto"), sourceFlags()),
		Action: action(ui, readEvaluateOptions, runEvaluate),
	}
}

type evaluateOptions struct {
	model, samples string // one of them is empty
	data           string // empty for that of the model's run, else mnist
	ofRun          bool   // data must be that of the model's run, which perhaps lies elsewhere now
	count          int    // 0 for what suits the images
	noiseScale     noiseScale
	repeat         int
	measure        evaluate.Options
	asserted       assertions
	json           bool
	device         deviceOptions
	reading        sourceOptions
}

func readEvaluateOptions(_ *ui, c *cli.Context) (o evaluateOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	o = evaluateOptions{model: c.String("model"), samples: c.String("samples"), noiseScale: readNoiseScale(c), repeat: c.Int("repeat"),
		measure: evaluate.Options{Seed: c.Uint64("seed")}, json: c.Bool("json")}
	if c.IsSet("data") {
		o.data = c.String("data")
	}
	if c.IsSet("model") == c.IsSet("samples") {
		return o, usageError{errors.New("evaluate: give --model or --samples")}
	}
	if c.IsSet("count") {
		if o.count = c.Int("count"); o.count < 1 || o.count > picture.MaxImages {
			return o, usageError{fmt.Errorf("--count is %d, want 1 to %d", o.count, picture.MaxImages)}
		}
	}
	if o.noiseScale.given && o.samples != "" {
		return o, usageError{errors.New("--noise-scale is for --model: --samples are drawn already")}
	}
	if o.repeat < 1 || o.repeat > 1 && o.samples != "" {
		return o, usageError{fmt.Errorf("--repeat is %d, want 1 or, with --model, more", o.repeat)}
	}
	if text := c.String("metrics"); text != "" {
		o.measure.Metrics = strings.Split(text, ",")
		for _, m := range o.measure.Metrics {
			if !slices.Contains(evaluate.Metrics(), m) {
				return o, usageError{fmt.Errorf("--metrics: metric is %.40q, want one of %s", m, strings.Join(evaluate.Metrics(), ", "))}
			}
		}
	}
	if o.asserted, err = readAssertions(c, o.measure.Metrics); err != nil {
		return o, err
	}
	if o.device, err = readDeviceOptions(c); err != nil {
		return o, err
	}
	o.reading, err = readSourceOptions(c)
	return o, err
}

func runEvaluate(ctx context.Context, ui *ui, o evaluateOptions) error {
	began := time.Now()
	dev, _, err := o.device.open()
	if err != nil {
		return err
	}
	defer dev.Close()
	o.device.sayIneffective(ui, device.IsCPU(dev))
	source, err := o.open(dev)
	if err != nil {
		return err
	}
	if source.model != nil {
		ui.sayConverted(source.file, source.model)
	}
	for _, note := range source.notes {
		ui.note("%s: %s", source.source, note)
	}
	reference, err := newReference(ctx, ui, o, source)
	if err != nil {
		return err
	}
	stacked, err := source.stacked(reference.Train.Set.Shape())
	if err != nil {
		return err
	}
	if stacked && len(o.measure.Metrics) > 0 {
		return usageError{errors.New("--metrics: of stacked images modes and mode_divergence are measured, and nothing else")}
	}
	if stacked {
		if err := reference.Labels(); err != nil {
			return err
		}
	}
	defer ui.stop()
	stage := stages(ui)
	classifier, err := evaluate.ClassifierFor(ctx, dev, reference, func(done, total int) { stage("training a classifier", done, total) })
	if err != nil {
		return err
	}
	evaluator, err := evaluate.New(dev, reference, classifier, o.measure)
	if err != nil {
		return err
	}
	measure := evaluator.Run
	if stacked {
		measure = evaluator.RunStacked
	}
	report, err := source.report(ctx, o.repeat, func(s evaluate.Samples) (*evaluate.Report, error) { return measure(ctx, s, stage) })
	if err != nil {
		return err
	}
	ui.stop()
	outcomes, failed, err := o.asserted.check(ui, report, time.Since(began))
	if err != nil {
		return err
	}
	if o.json {
		err = printJSON(ui, struct {
			*evaluate.Report
			Assertions []evaluate.Outcome `json:"assertions,omitempty"`
		}{report, outcomes})
		return cmp.Or(err, failed)
	}
	if _, err = report.WriteTo(ui.out); err != nil {
		return err
	}
	for _, o := range outcomes {
		ui.say("assertion: %v", o)
	}
	return failed
}

// open opens the images to evaluate.
func (o evaluateOptions) open(dev device.Device) (*samples, error) {
	if o.samples != "" {
		return openSamples(o.samples)
	}
	return drawSamples(dev, o.model, o.noiseScale, o.count)
}

// stages shows the progress of an evaluation with a bar for each stage. A stage can pass over
// the images several times. Each pass counts from 0, in units of its own.
func stages(ui *ui) evaluate.Progress {
	now, at, of := "", 0, 0
	return func(stage string, done, total int) {
		if stage != now || done < at || total != of {
			ui.stop()
			ui.start(stage, "", done, total)
		}
		now, at, of = stage, done, total
		ui.progress(done, stage)
	}
}

// newReference reads the real images that samples are compared with: those of --data, or
// those that the model was trained on.
func newReference(ctx context.Context, ui *ui, o evaluateOptions, from *samples) (evaluate.Reference, error) {
	s := run.Settings{Data: cmp.Or(o.data, "mnist"), Reading: o.reading.Reading, HeldOut: evaluate.HoldoutShare}
	ofRun, fixed := false, false
	if from.model != nil {
		own, err := run.ReadSettings(filepath.Dir(from.file))
		switch {
		case err == nil && (o.data == "" || o.ofRun):
			s, ofRun, fixed = own, true, true
			s.Data = cmp.Or(o.data, own.Data)
			s.Reading = o.reading.given.over(s.Reading, o.reading.Reading)
			ui.note("real images: %s, the data of the run", nearby(s.Data))
		case err == nil: // perhaps the data of the run, which lie elsewhere now
			s.Reading, s.Mirror = o.reading.given.over(own.Reading, s.Reading), own.Mirror
			if fixed = own.HeldOut > 0; fixed {
				s.HeldOut = own.HeldOut
			}
		case !errors.Is(err, fs.ErrNotExist):
			return evaluate.Reference{}, err
		case o.data != "":
			s.Reading = o.reading.given.over(readingOf(from.model.Config), s.Reading)
		}
	}
	o.reading.Reading = s.Reading
	d, err := openData(ctx, ui, &s, o.reading, fixed, true)
	if ofRun && errors.Is(err, fs.ErrNotExist) {
		return evaluate.Reference{}, fmt.Errorf("%w%s", err, otherData)
	}
	if err != nil {
		return evaluate.Reference{}, err
	}
	if !ofRun || d.train.Fingerprint() != from.model.Data {
		ui.notes(d.notes)
	}
	if from.model != nil {
		hint := "name the data by --data"
		if flags := o.reading.given.ofReading(); ofRun && len(flags) > 0 {
			hint += ", or leave out " + strings.Join(flags, ", ")
		}
		if err := sameData(ui, from, d.train, o.data == "" || o.ofRun, hint); err != nil {
			return evaluate.Reference{}, err
		}
	}
	if ofRun {
		if err := d.sameHeldOut(s); err != nil {
			return evaluate.Reference{}, err
		}
	}
	return d.reference(ui)
}

// readingOf returns the reading that gives images the shape of a model's.
func readingOf(c model.Config) run.Reading {
	r := run.DefaultReading()
	r.Size, r.Channels = raster.Size{Height: c.Height, Width: c.Width}.String(), strconv.Itoa(c.Channels/c.Stack)
	return r
}

// sameData compares the fingerprint of a model's data with that of set, whose images the
// samples are compared with. A difference is an error if mustMatch is true, and a warning
// otherwise. hint says what the user can do.
func sameData(ui *ui, from *samples, set *dataset.Set, mustMatch bool, hint string) error {
	if set.Fingerprint() == from.model.Data {
		return nil
	}
	differ := fmt.Sprintf("%s was trained on other data than %s: fingerprint %.12s, not %.12s", from.file, set.Name(), from.model.Data, set.Fingerprint())
	if mustMatch {
		return fmt.Errorf("%s; %s", differ, hint)
	}
	ui.note("warning: %s", differ)
	return nil
}
