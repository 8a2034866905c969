package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
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
		Description: "A seed names the same image for ever. --out tells the form: a .png file is a grid, a .npy file\n" +
			"an array of float32 (N, pixels) in [0,1], anything else a folder with a PNG file an image.\n\nExamples:\n\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --seeds 0-35 --grid 6x6 --out digits.png\n" +
			"   gorgan generate --model runs/00000-mnist-non-saturating --count 10000 --out digits.npy",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "checkpoint `FILE`, or a run's folder for its last one"},
			&cli.IntFlag{Name: "count", Usage: "draw `N` images, of seeds 0 to N-1", Value: 36},
			&cli.StringFlag{Name: "seeds", Usage: "draw the images of these `SEEDS`, as in 0-35,40"},
			&cli.StringFlag{Name: "noise", Usage: "draw from the noise in a .npy `FILE` (N, noise dim)"},
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
	noise, names, err := chooseNoise(c, state.Config.NoiseDim)
	if err != nil {
		return err
	}
	rows, cols, err := gridShape(c.String("grid"), len(names))
	if err != nil {
		return err
	}
	dev, _, err := cuda.Open(c.String("device"), deviceOptions(c))
	if err != nil {
		return err
	}
	defer dev.Close()
	gen, err := model.NewGenerator(dev, state)
	if err != nil {
		return err
	}
	images, err := gen.Draw(noise)
	if err != nil {
		return err
	}
	if err := c.Context.Err(); err != nil {
		return err
	}
	out, size := c.String("out"), dataset.Size{Height: state.Config.Height, Width: state.Config.Width}
	switch strings.ToLower(filepath.Ext(out)) {
	case ".npy":
		err = dataset.WriteFile(out, func(w io.Writer) error { return writeNpy(w, images, len(names)) })
	case ".png":
		img, gridErr := dataset.Grid(model.Pixels(images), size, rows, cols)
		if gridErr != nil {
			return gridErr
		}
		err = dataset.WritePNG(out, img)
	default:
		err = writeEach(out, names, model.Pixels(images), size)
	}
	if err == nil {
		ui.say("%s: %d images", out, len(names))
	}
	return err
}

// chooseNoise returns the noise the flags ask for, and a name for each image.
func chooseNoise(c *cli.Context, dim int) (noise []float32, names []string, err error) {
	asked := 0
	for _, name := range []string{"count", "seeds", "noise"} {
		if c.IsSet(name) {
			asked++
		}
	}
	if asked > 1 {
		return nil, nil, usageError{fmt.Errorf("--count, --seeds and --noise exclude each other")}
	}
	if path := c.String("noise"); path != "" {
		if noise, err = readNoise(path, dim); err != nil {
			return nil, nil, err
		}
		for i := range len(noise) / dim {
			names = append(names, fmt.Sprintf("noise%04d.png", i))
		}
		return noise, names, nil
	}
	text := c.String("seeds")
	if text == "" {
		if c.Int("count") < 1 {
			return nil, nil, usageError{fmt.Errorf("--count is %d, want 1 or more", c.Int("count"))}
		}
		text = fmt.Sprintf("0-%d", c.Int("count")-1)
	}
	seeds, err := parseSeeds(text)
	if err != nil {
		return nil, nil, usageError{err}
	}
	for _, s := range seeds {
		names = append(names, fmt.Sprintf("seed%04d.png", s))
	}
	return model.Noise(seeds, dim), names, nil
}

// maxImages is what one call draws at most: 4 GiB of an image of MNIST's size.
const maxImages = 1 << 20

// parseSeeds reads "0-35,40".
func parseSeeds(text string) ([]uint64, error) {
	var seeds []uint64
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.ParseUint(from, 10, 64)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseUint(to, 10, 64)
		}
		if err != nil || last < first {
			return nil, fmt.Errorf("--seeds: %q is neither a whole number nor a range of them, as in 0-35,40", part)
		}
		if last-first >= maxImages || len(seeds)+int(last-first) >= maxImages {
			return nil, fmt.Errorf("--seeds: more than %d images at once", maxImages)
		}
		for s := first; ; s++ {
			seeds = append(seeds, s)
			if s == last {
				break
			}
		}
	}
	return seeds, nil
}

// gridShape reads "6x6", or chooses the smallest nearly square grid for n images.
func gridShape(text string, n int) (rows, cols int, err error) {
	if text == "" {
		cols = int(math.Ceil(math.Sqrt(float64(n))))
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
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	noise, rows, cols, err := readNpy(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if cols != dim {
		return nil, fmt.Errorf("%s: an array of shape (%d,%d), want (N,%d)", path, rows, cols, dim)
	}
	return noise, nil
}

// writeEach writes one PNG file an image to dir.
func writeEach(dir string, names []string, pixels []byte, size dataset.Size) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for i, name := range names {
		img, err := dataset.Grid(pixels[i*size.Pixels():][:size.Pixels()], size, 1, 1)
		if err != nil {
			return err
		}
		if err := dataset.WritePNG(filepath.Join(dir, name), img); err != nil {
			return err
		}
	}
	return nil
}
