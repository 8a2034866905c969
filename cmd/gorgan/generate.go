package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/picture"
)

func newGenerate(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "generate",
		Usage: "draw images with a trained generator",
		Description: "A seed names the same image for ever. A conditional model's images are of its classes in turn, seed by seed,\n" +
			"or of those of --class, and stand in columns of one class under its number. --out tells the form: a .png or .jpg\n" +
			"file is a grid, - one as PNG on the standard output, a .npy file an array of float32 (N, pixels) in [0,1], a name\n" +
			"without an ending a folder with a PNG file an image. Images of a model trained with --stack 3 are in colours; a\n" +
			"row of their array is all pixels' red, then green, then blue.\n\nExamples:\n\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --seeds 0-35 --out digits.png\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --count 10000 --out digits.npy\n" +
			"   gorgan generate --model runs/00001-mnist-hinge --class 7 --count 100 --out sevens.png",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "load the checkpoint `FILE`: a file, a run's folder for its last one, or RUN/best"},
			&cli.IntFlag{Name: "count", Usage: "draw `N` images, of seeds 0 to N-1", Value: 36},
			&cli.StringFlag{Name: "seeds", Usage: "draw the images of these `SEEDS`, as in 0-35,40"},
			&cli.StringFlag{Name: "class", Usage: "draw images of these `CLASSES` in turn, as in 7 or 0-4,9"},
			&cli.BoolFlag{Name: "raw", Usage: "draw with the last weights, not their average, of a model trained with --ema"},
			&cli.StringFlag{Name: "noise", Usage: "draw from the noise in a .npy `FILE` (N, noise dim)"},
			noiseScaleFlag(),
			&cli.StringFlag{Name: "out", Usage: "write to `PATH`: a .png, .jpg or .npy file, a folder, or - for standard output", Value: "generated.png"},
		}, gridFlags(), deviceFlags("auto")),
		Action: action(ui, readGenerateOptions, runGenerate),
	}
}

type generateOptions struct {
	model, out string
	seeds      []uint64
	classes    []uint64 // nil for all of the model's
	noise      string   // a file, empty for that of the seeds
	noiseScale noiseScale
	raw        bool
	grid       gridOptions
	device     deviceOptions
}

func readGenerateOptions(_ *ui, c *cli.Context) (o generateOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	o = generateOptions{model: c.String("model"), out: c.String("out"), noise: c.String("noise"), noiseScale: readNoiseScale(c), raw: c.Bool("raw")}
	if c.IsSet("class") {
		if o.classes, err = parseRanges("class", c.String("class")); err != nil {
			return o, err
		}
	}
	if o.seeds, err = readSeeds(c); err != nil {
		return o, err
	}
	if o.grid, err = readGridOptions(c); err != nil {
		return o, err
	}
	o.device, err = readDeviceOptions(c)
	return o, err
}

func runGenerate(ctx context.Context, ui *ui, o generateOptions) error {
	out, err := newPictureFile(ui, o.out)
	if err != nil {
		return err
	}
	_, state, err := loadModel(o.model)
	if err != nil {
		return err
	}
	if err := o.noiseScale.apply(&state.Config); err != nil {
		return err
	}
	p, err := o.pictures(state.Config)
	if err != nil {
		return err
	}
	g, err := o.grid.choose(ui, p, out.form)
	if err != nil {
		return err
	}
	dev, _, err := o.device.open()
	if err != nil {
		return err
	}
	defer dev.Close()
	o.device.sayIneffective(ui, device.IsCPU(dev))
	if err := checkDrawingMemory(dev, state.Config, p.Bytes()+g.Bytes()); err != nil {
		return err
	}
	gen, err := model.NewGenerator(dev, state, o.raw)
	if err != nil {
		return err
	}
	p.Sample = gen.Sample
	return out.write(ctx, ui, p, g)
}

// pictures returns the images to generate with a model of this config.
func (o generateOptions) pictures(config model.Config) (p *picture.Images, err error) {
	p = &picture.Images{Config: config, Seeds: o.seeds}
	if p.Classes, err = o.classesOf(config.Classes); err != nil {
		return nil, err
	}
	if o.noise != "" {
		if p.Noise, err = readNoise(o.noise, config.NoiseDim); err != nil {
			return nil, err
		}
		p.Seeds = picture.SeedsFrom(0, len(p.Noise)/config.NoiseDim)
	}
	return p, nil
}

// classesOf returns the classes that the images have in turn: all classes of the model, or those
// of the flag. It returns nil for a model without classes.
func (o generateOptions) classesOf(have int) ([]uint64, error) {
	switch {
	case have == 0 && o.classes == nil:
		return nil, nil
	case have == 0:
		return nil, usageError{errors.New("--class: the model was trained without --classes")}
	case o.classes == nil:
		return picture.SeedsFrom(0, have), nil
	}
	if largest := slices.Max(o.classes); largest >= uint64(have) {
		return nil, usageError{fmt.Errorf("--class: %d, want 0 to %d, the model's classes", largest, have-1)}
	}
	return o.classes, nil
}

var errNoiseTwice = usageError{errors.New("--count, --seeds and --noise exclude each other, and so do --noise and --noise-scale")}

// readSeeds returns the seeds that the flags ask for. With --noise it returns nil.
func readSeeds(c *cli.Context) ([]uint64, error) {
	text, n := c.String("seeds"), c.Int("count")
	switch {
	case c.String("noise") != "":
		if c.IsSet("count") || c.IsSet("seeds") || c.IsSet("noise-scale") {
			return nil, errNoiseTwice
		}
		return nil, nil
	case text == "" && n < 1:
		return nil, usageError{fmt.Errorf("--count is %d, want 1 or more", n)}
	case text == "":
		text = fmt.Sprintf("0-%d", n-1)
	case c.IsSet("count"):
		return nil, errNoiseTwice
	}
	return parseRanges("seeds", text)
}

// parseRanges reads "0-35,40".
func parseRanges(flag, text string) ([]uint64, error) {
	var all []uint64
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.ParseUint(from, 10, 64)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseUint(to, 10, 64)
		}
		if err != nil || last < first {
			return nil, usageError{fmt.Errorf("--%s: %q is neither a whole number nor a range of them, as in 0-35,40", flag, part)}
		}
		if last-first >= picture.MaxImages || len(all)+int(last-first) >= picture.MaxImages {
			return nil, usageError{fmt.Errorf("--%s: more than %d images at once", flag, picture.MaxImages)}
		}
		for n := first; ; n++ {
			all = append(all, n)
			if n == last {
				break
			}
		}
	}
	return all, nil
}
