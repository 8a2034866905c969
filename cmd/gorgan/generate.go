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
		Description: "A seed names the same image for ever. The images of a model with classes are of all classes in turn, or of\n" +
			"those of --class. They stand in columns, each under the name or the number of its class. --out tells the form:\n\n" +
			list([2]string{"a .png or .jpg file", "a grid"}, [2]string{"-", "a grid as PNG, on the standard output"},
				[2]string{"a .npy file", "an array of float32 in [0,1]: (N, pixels) of grey images, (N, height, width, 3) of images in colours"},
				[2]string{"a .npz file", "an array of bytes (N, height, width, channels), arr_0, and of labels, arr_1"},
				[2]string{"a name without an ending", "a folder with a PNG file for each image"}, [2]string{"a .zip file", "such a folder"}) +
			"\nCLASSES are numbers, ranges of them, or names. A text that is both a number and a name means the number.\n\nExamples:\n\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --seeds 0-35 --out digits.png\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --count 10000 --out digits.npy\n" +
			"   gorgan generate --model runs/00001-mnist-hinge --class 7 --count 100 --out sevens.png\n" +
			"   gorgan generate --model runs/00002-flowers-hinge --class tulip,rose --out flowers.png\n" +
			"   gorgan generate --model runs/00003-mnist-non-saturating --traverse 1 --out traverse.png",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "load the checkpoint `FILE`: a file, a run's folder for its last one, or RUN/best"},
			&cli.IntFlag{Name: "count", Usage: "draw `N` images, of seeds 0 to N-1", Value: 36},
			&cli.StringFlag{Name: "seeds", Usage: "draw the images of these `SEEDS`, as in 0-35,40"},
			&cli.StringFlag{Name: "class", Usage: "draw images of these `CLASSES` in turn, as in 7, 0-4,9 or tulip,rose"},
			&cli.BoolFlag{Name: "raw", Usage: "draw with the last weights, not their average, of a model trained with --ema"},
			&cli.StringFlag{Name: "noise", Usage: "draw from the noise in a .npy `FILE` (N, noise dim), with the codes behind it if the model has some"},
			noiseScaleFlag(),
			&cli.StringFlag{Name: "out", Usage: "write to `PATH`: a .png, .jpg, .npy, .npz or .zip file, a folder, or - for standard output", Value: "generated.png"},
		}, codeFlags(), gridFlags(), deviceFlags("auto")),
		Action: action(ui, readGenerateOptions, runGenerate),
	}
}

type generateOptions struct {
	model, out string
	seeds      []uint64
	class      classFlag
	noise      string // a file, empty for that of the seeds
	noiseScale noiseScale
	code       codeOptions
	chosen     bool // the user chose the seeds
	raw        bool
	grid       gridOptions
	device     deviceOptions
}

func readGenerateOptions(_ *ui, c *cli.Context) (o generateOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	o = generateOptions{model: c.String("model"), out: c.String("out"), noise: c.String("noise"), noiseScale: readNoiseScale(c), raw: c.Bool("raw"),
		class: classFlag{c.IsSet("class"), c.String("class")}, chosen: c.IsSet("count") || c.IsSet("seeds")}
	if o.code, err = readCodeOptions(c); err != nil {
		return o, err
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
	_, state, err := ui.openModel(o.model)
	if err != nil {
		return err
	}
	if err := o.noiseScale.apply(&state.Config); err != nil {
		return err
	}
	p, err := o.pictures(ui, state)
	if err != nil {
		return err
	}
	rows, columns, err := o.code.apply(p, o.chosen)
	if err != nil {
		return err
	}
	if rows > 0 && o.grid.rows == 0 && out.form.grid() {
		o.grid.rows, o.grid.cols = rows, columns
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

// pictures returns the images to generate with a model.
func (o generateOptions) pictures(ui *ui, state *model.State) (p *picture.Images, err error) {
	config := state.Config
	p = &picture.Images{Config: config, Seeds: o.seeds, ClassNames: state.ClassNames}
	if p.Classes, err = o.class.of(ui, config.Classes, state.ClassNames); err != nil {
		return nil, err
	}
	if o.noise != "" {
		if p.Noise, err = readNoise(o.noise, config.InputDim()); err != nil {
			return nil, err
		}
		p.Seeds = picture.SeedsFrom(0, len(p.Noise)/config.InputDim())
	}
	return p, nil
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
