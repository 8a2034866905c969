package main

import (
	"errors"
	"fmt"
	"math"
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
			&cli.StringFlag{Name: "model", Usage: "checkpoint `FILE`, or a run's folder for its last one; RUN/best for its best"},
			&cli.IntFlag{Name: "count", Usage: "draw `N` images, of seeds 0 to N-1", Value: 36},
			&cli.StringFlag{Name: "seeds", Usage: "draw the images of these `SEEDS`, as in 0-35,40"},
			&cli.StringFlag{Name: "class", Usage: "draw images of these `CLASSES` in turn, as in 7 or 0-4,9"},
			&cli.BoolFlag{Name: "raw", Usage: "draw with the last weights, not their average, of a model trained with --ema"},
			&cli.StringFlag{Name: "noise", Usage: "draw from the noise in a .npy `FILE` (N, noise dim)"},
			noiseScaleFlag(),
			&cli.StringFlag{Name: "out", Usage: "write to `PATH`: a .png, .jpg or .npy file, a folder, or - for standard output", Value: "generated.png"},
		}, gridFlags(), deviceFlags("auto")),
		Action: func(c *cli.Context) error {
			if _, err := positional(c); err != nil {
				return err
			}
			return runGenerate(ui, c)
		},
	}
}

func runGenerate(ui *ui, c *cli.Context) error {
	out, err := newPictureFile(ui, c.String("out"))
	if err != nil {
		return err
	}
	_, state, err := loadModel(c.String("model"))
	if err != nil {
		return err
	}
	if err := scaleNoise(c, &state.Config); err != nil {
		return err
	}
	p, err := choosePictures(c, state.Config)
	if err != nil {
		return err
	}
	g, err := chooseGrid(ui, c, p, out.form)
	if err != nil {
		return err
	}
	dev, _, err := device.Open(c.String("device"), deviceOptions(c))
	if err != nil {
		return err
	}
	defer dev.Close()
	sayIneffectiveOn(ui, deviceOptions(c), device.IsCPU(dev))
	if err := checkDrawingMemory(dev, state.Config, p.Bytes()+g.Bytes()); err != nil {
		return err
	}
	gen, err := model.NewGenerator(dev, state, c.Bool("raw"))
	if err != nil {
		return err
	}
	p.Sample = gen.Sample
	return out.write(c.Context, ui, p, g)
}

func choosePictures(c *cli.Context, config model.Config) (p *picture.Images, err error) {
	p = &picture.Images{Config: config}
	if p.Classes, err = chooseClasses(c, config.Classes); err != nil {
		return nil, err
	}
	if path := c.String("noise"); path != "" {
		if c.IsSet("count") || c.IsSet("seeds") || c.IsSet("noise-scale") {
			return nil, errNoiseTwice
		}
		if p.Noise, err = readNoise(path, config.NoiseDim); err != nil {
			return nil, err
		}
		p.Seeds = picture.SeedsFrom(0, len(p.Noise)/config.NoiseDim)
	} else if p.Seeds, err = chooseSeeds(c); err != nil {
		return nil, err
	}
	return p, nil
}

var errNoiseTwice = usageError{errors.New("--count, --seeds and --noise exclude each other, and so do --noise and --noise-scale")}

// noiseScaleFlag returns the flag for commands that sample from a trained model.
func noiseScaleFlag() cli.Flag {
	return &cli.Float64Flag{Name: "noise-scale", Usage: noiseScaleUsage, DefaultText: "the model's, 1 unless it was trained with another"}
}

// scaleNoise sets config's noise scale if --noise-scale was given.
func scaleNoise(c *cli.Context, config *model.Config) error {
	if !c.IsSet("noise-scale") {
		return nil
	}
	config.NoiseScale = c.Float64("noise-scale")
	if err := config.Validate(); err != nil {
		return usageError{fmt.Errorf("--noise-scale: %w", err)}
	}
	return nil
}

// chooseSeeds returns the seeds that the flags ask for.
func chooseSeeds(c *cli.Context) ([]uint64, error) {
	if c.IsSet("count") && c.IsSet("seeds") {
		return nil, errNoiseTwice
	}
	text := c.String("seeds")
	if text == "" {
		if c.Int("count") < 1 {
			return nil, usageError{fmt.Errorf("--count is %d, want 1 or more", c.Int("count"))}
		}
		text = fmt.Sprintf("0-%d", c.Int("count")-1)
	}
	return parseRanges("seeds", text)
}

// chooseClasses returns the classes that the images have in turn: all classes of the model, or
// those of the flag. It returns nil for a model without classes.
func chooseClasses(c *cli.Context, have int) ([]uint64, error) {
	if !c.IsSet("class") {
		if have == 0 {
			return nil, nil
		}
		return parseRanges("class", fmt.Sprintf("0-%d", have-1))
	}
	if have == 0 {
		return nil, usageError{errors.New("--class: the model was trained without --classes")}
	}
	classes, err := parseRanges("class", c.String("class"))
	if err != nil {
		return nil, err
	}
	if largest := slices.Max(classes); largest >= uint64(have) {
		return nil, usageError{fmt.Errorf("--class: %d, want 0 to %d, the model's classes", largest, have-1)}
	}
	return classes, nil
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

// readNoise reads a .npy array (N, dim) of float32 or float64.
func readNoise(path string, dim int) ([]float32, error) {
	noise, rows, cols, err := readNpyFile(path)
	if err != nil {
		return nil, err
	}
	if cols != dim {
		return nil, fmt.Errorf("%s: an array of shape (%d,%d), want (N,%d)", path, rows, cols, dim)
	}
	for i, v := range noise {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%s: row %d has %v in column %d, want finite numbers as float32 holds them; rows and columns count from 0", path, i/cols, v, i%cols)
		}
	}
	return noise, nil
}
