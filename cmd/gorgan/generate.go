package main

import (
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/cuda"
	"gorgan/dataset"
	"gorgan/dataset/atomicfile"
	"gorgan/model"
)

func newGenerate(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "generate",
		Usage: "draw images with a trained generator",
		Description: "A seed names the same image for ever. A conditional model's images are of its classes in turn, seed by seed,\n" +
			"or of those of --class, a column each. --out tells the form: a .png file is a grid, a .npy file an array of\n" +
			"float32 (N, pixels) in [0,1], anything else a folder with a PNG file an image. Images of a model trained with\n" +
			"--stack 3 are in colours; a row of their array is all pixels' red, then green, then blue.\n\nExamples:\n\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --seeds 0-35 --grid 6x6 --out digits.png\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --count 10000 --out digits.npy\n" +
			"   gorgan generate --model runs/00001-mnist-hinge --class 7 --count 100 --out sevens.png",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "checkpoint `FILE`, or a run's folder for its last one; RUN/best for its best"},
			&cli.IntFlag{Name: "count", Usage: "draw `N` images, of seeds 0 to N-1", Value: 36},
			&cli.StringFlag{Name: "seeds", Usage: "draw the images of these `SEEDS`, as in 0-35,40"},
			&cli.StringFlag{Name: "class", Usage: "draw images of these `CLASSES` in turn, as in 7 or 0-4,9"},
			&cli.BoolFlag{Name: "raw", Usage: "draw with the last weights, not their average, of a model trained with --ema"},
			&cli.StringFlag{Name: "noise", Usage: "draw from the noise in a .npy `FILE` (N, noise dim)"},
			noiseScaleFlag(),
			&cli.StringFlag{Name: "grid", Usage: "`ROWSxCOLS` of the grid; nearly square without it"},
			&cli.StringFlag{Name: "out", Usage: "write to `PATH`", Value: "generated.png"},
		}, deviceFlags("auto")...),
		Action: func(c *cli.Context) error {
			if _, err := positional(c); err != nil {
				return err
			}
			return runGenerate(ui, c)
		},
	}
}

func runGenerate(ui *ui, c *cli.Context) error {
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
	rows, cols, err := gridShape(c.String("grid"), len(p.names), p.columns)
	if err != nil {
		return err
	}
	dev, _, err := cuda.Open(c.String("device"), deviceOptions(c))
	if err != nil {
		return err
	}
	defer dev.Close()
	gen, err := model.NewGenerator(dev, state, c.Bool("raw"))
	if err != nil {
		return err
	}
	images, err := gen.Draw(p.noise, p.labels)
	if err != nil {
		return err
	}
	if err := c.Context.Err(); err != nil {
		return err
	}
	out := c.String("out")
	switch strings.ToLower(filepath.Ext(out)) {
	case ".npy":
		err = atomicfile.Write(out, func(w io.Writer) error { return writeNpy(w, images, len(p.names)) })
	case ".png":
		img, gridErr := imageGrid(model.Pixels(images), state.Config, rows, cols)
		if gridErr != nil {
			return gridErr
		}
		err = dataset.WritePNG(out, img)
	default:
		err = writeEach(out, p.names, model.Pixels(images), state.Config)
	}
	if err == nil {
		ui.say("%s: %d images", out, len(p.names))
	}
	return err
}

// pictures are what is asked for.
type pictures struct {
	noise   []float32
	labels  []uint32 // nil for a model without classes
	names   []string // of each image's file
	columns int      // of a grid; 0 for nearly square
}

func choosePictures(c *cli.Context, config model.Config) (p pictures, err error) {
	classes, err := chooseClasses(c, config.Classes)
	if err != nil {
		return p, err
	}
	var seeds []uint64
	kind := "seed"
	if path := c.String("noise"); path != "" {
		if c.IsSet("count") || c.IsSet("seeds") || c.IsSet("noise-scale") {
			return p, errNoiseTwice
		}
		if p.noise, err = readNoise(path, config.NoiseDim); err != nil {
			return p, err
		}
		kind = "noise"
		seeds = seedsFrom(0, len(p.noise)/config.NoiseDim)
	} else {
		if seeds, err = chooseSeeds(c); err != nil {
			return p, err
		}
		p.noise = config.Noise(seeds)
	}
	if len(classes) > 1 {
		p.columns = len(classes)
	}
	for _, s := range seeds {
		name := fmt.Sprintf("%s%04d", kind, s)
		if classes != nil {
			class := classes[s%uint64(len(classes))]
			p.labels = append(p.labels, uint32(class))
			name += fmt.Sprintf("_class%d", class)
		}
		p.names = append(p.names, name+".png")
	}
	return p, nil
}

var errNoiseTwice = usageError{errors.New("--count, --seeds and --noise exclude each other, and so do --noise and --noise-scale")}

// noiseScaleFlag is for the commands that draw with a trained model.
func noiseScaleFlag() cli.Flag {
	return &cli.Float64Flag{Name: "noise-scale", Usage: noiseScaleUsage, DefaultText: "the model's, 1 unless it was trained with another"}
}

// scaleNoise gives config the --noise-scale that was asked for, if one was.
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

// seedsFrom are n seeds from first on.
func seedsFrom(first uint64, n int) []uint64 {
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = first + uint64(i)
	}
	return seeds
}

// chooseSeeds returns those the flags ask for.
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

// chooseClasses returns those the images are of in turn: of all the model has, or those
// the flag asks for. They are nil for a model without.
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

// maxImages is what one call draws at most: 4 GiB of a grey image of MNIST's size.
const maxImages = 1 << 20

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
		if last-first >= maxImages || len(all)+int(last-first) >= maxImages {
			return nil, usageError{fmt.Errorf("--%s: more than %d images at once", flag, maxImages)}
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

// gridShape reads "6x6", or chooses a grid for n images: of cols columns, or nearly
// square where that is 0.
func gridShape(text string, n, cols int) (int, int, error) {
	if text == "" {
		if cols == 0 {
			cols = int(math.Ceil(math.Sqrt(float64(n))))
		}
		return (n + cols - 1) / cols, cols, nil
	}
	size, err := dataset.ParseSize(text)
	if err != nil {
		return 0, 0, usageError{fmt.Errorf("--grid: %q, want rows and columns as in 6x6", text)}
	}
	if size.Height*size.Width < n {
		return 0, 0, usageError{fmt.Errorf("--grid: %s has %d cells, want at least %d", text, size.Height*size.Width, n)}
	}
	return size.Height, size.Width, nil
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
	return noise, nil
}

// imageGrid lays out images of a model, grey or in colours.
func imageGrid(pixels []byte, c model.Config, rows, cols int) (image.Image, error) {
	return dataset.Grid(pixels, dataset.Size{Height: c.Height, Width: c.Width}, c.Stack, rows, cols)
}

// writeEach writes one PNG file an image to dir.
func writeEach(dir string, names []string, pixels []byte, c model.Config) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for i, name := range names {
		img, err := imageGrid(pixels[i*c.Pixels():][:c.Pixels()], c, 1, 1)
		if err != nil {
			return err
		}
		if err := dataset.WritePNG(filepath.Join(dir, name), img); err != nil {
			return err
		}
	}
	return nil
}
