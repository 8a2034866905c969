package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/cuda"
	"gorgan/dataset"
	"gorgan/model"
)

func newGenerate(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "generate",
		Usage: "draw images with a trained generator",
		Description: "A seed names the same image for ever. A conditional model's images are of its classes in turn, seed by seed,\n" +
			"or of those of --class, a column each. --out tells the form: a .png or .jpg file is a grid, - one as PNG on the\n" +
			"standard output, a .npy file an array of float32 (N, pixels) in [0,1], a name without an ending a folder with a\n" +
			"PNG file an image. Images of a model trained with --stack 3 are in colours; a row of their array is all pixels'\n" +
			"red, then green, then blue.\n\nExamples:\n\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --seeds 0-35 --out digits.png\n" +
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
			&cli.StringFlag{Name: "out", Usage: "write to `PATH`: a .png, .jpg or .npy file, a folder, or - for standard output", Value: "generated.png"},
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
	rows, cols, err := gridShape(c.String("grid"), len(p.seeds), p.columns)
	if err != nil {
		return err
	}
	dev, _, err := cuda.Open(c.String("device"), deviceOptions(c))
	if err != nil {
		return err
	}
	defer dev.Close()
	sayIneffectiveOn(ui, deviceOptions(c), cuda.IsCPU(dev))
	if err := checkDrawingMemory(dev, state.Config, p.bytes(out.form)); err != nil {
		return err
	}
	gen, err := model.NewGenerator(dev, state, c.Bool("raw"))
	if err != nil {
		return err
	}
	p.draw = gen.Draw
	return out.write(c.Context, ui, p, rows, cols)
}

// pictures are what is asked for. They are drawn a piece at a time, so that of many of them
// no more than their seeds is held.
type pictures struct {
	config  model.Config
	seeds   []uint64  // or the numbers of the rows of noise
	noise   []float32 // read from a file, nil for that of the seeds
	classes []uint64  // that they are of in turn, nil for a model without
	columns int       // of a grid; 0 for nearly square
	draw    func(noise []float32, labels []uint32) ([]float32, error)
	done    func(images int) // is told how many are drawn and used; nil for nobody
}

func choosePictures(c *cli.Context, config model.Config) (p *pictures, err error) {
	p = &pictures{config: config}
	if p.classes, err = chooseClasses(c, config.Classes); err != nil {
		return nil, err
	}
	if path := c.String("noise"); path != "" {
		if c.IsSet("count") || c.IsSet("seeds") || c.IsSet("noise-scale") {
			return nil, errNoiseTwice
		}
		if p.noise, err = readNoise(path, config.NoiseDim); err != nil {
			return nil, err
		}
		p.seeds = seedsFrom(0, len(p.noise)/config.NoiseDim)
	} else if p.seeds, err = chooseSeeds(c); err != nil {
		return nil, err
	}
	if len(p.classes) > 1 {
		p.columns = len(p.classes)
	}
	return p, nil
}

// pieces draws the images, at most drawnRows at a time, and gives each piece to use with the
// number of its first.
func (p *pictures) pieces(ctx context.Context, use func(first int, images []float32) error) error {
	dim := p.config.NoiseDim
	for first := 0; first < len(p.seeds); first += drawnRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		seeds := p.seeds[first:min(first+drawnRows, len(p.seeds))]
		var noise []float32
		if p.noise != nil {
			noise = p.noise[first*dim:][:len(seeds)*dim]
		} else {
			noise = p.config.Noise(seeds)
		}
		var labels []uint32
		for _, s := range seeds {
			if p.classes != nil {
				labels = append(labels, uint32(p.class(s)))
			}
		}
		images, err := p.draw(noise, labels)
		if err != nil {
			return err
		}
		if err := use(first, images); err != nil {
			return err
		}
		if p.done != nil {
			p.done(first + len(seeds))
		}
	}
	return ctx.Err()
}

// class is that of a seed's image, where there are classes.
func (p *pictures) class(seed uint64) uint64 { return p.classes[seed%uint64(len(p.classes))] }

// name is that of the file of the nth image.
func (p *pictures) name(n int) string {
	kind, seed := "seed", p.seeds[n]
	if p.noise != nil {
		kind = "noise"
	}
	name := fmt.Sprintf("%s%04d", kind, seed)
	if p.classes != nil {
		name += fmt.Sprintf("_class%d", p.class(seed))
	}
	return name + ".png"
}

// bytes is about how much memory they take on the host beside the generator: the seeds, a
// piece as float32 and as bytes, and in a grid all images and the canvas.
func (p *pictures) bytes(f form) int64 {
	n, pixels := int64(len(p.seeds)), int64(p.config.Pixels())
	bytes := 8*n + min(n, drawnRows)*(4*int64(p.config.NoiseDim)+5*pixels)
	if f.grid() {
		bytes += 3 * n * pixels
	}
	return bytes
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
		return 0, 0, usageError{fmt.Errorf("--grid: %s has %s, want at least %d", text, count(size.Height*size.Width, "cell"), n)}
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
	for i, v := range noise {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%s: row %d has %v in column %d, want finite numbers as float32 holds them; rows and columns count from 0", path, i/cols, v, i%cols)
		}
	}
	return noise, nil
}

// imageGrid lays out images of a model, grey or in colours.
func imageGrid(pixels []byte, c model.Config, rows, cols int) (image.Image, error) {
	return dataset.Grid(pixels, dataset.Size{Height: c.Height, Width: c.Width}, c.Stack, rows, cols)
}
