package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/model"
)

// benchImages is how many images bench makes.
const benchImages = 1024

func benchImageFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "size", Usage: fmt.Sprintf("take, in place of MNIST, %d made-up images `N` pixels square, or HxW", benchImages), DefaultText: "MNIST"},
		&cli.IntFlag{Name: "channels", Usage: "take made-up images of `N` channels: 1 is grey, 3 are colours", DefaultText: "1"},
	}
}

// readBenchImages returns c with the shape of the images that benchImageFlags describe.
func readBenchImages(c *cli.Context, config model.Config) (model.Config, error) {
	shape := config.Shape()
	if c.IsSet("size") {
		size, err := raster.ParseSize(c.String("size"))
		if err != nil {
			return config, usageError{fmt.Errorf("--%w", err)} // it begins with "size is"
		}
		shape.Size = size
	}
	if c.IsSet("channels") {
		if shape.Channels = c.Int("channels"); shape.Channels != 1 && shape.Channels != raster.RGB {
			return config, usageError{fmt.Errorf("--channels is %d, want 1 or %d", shape.Channels, raster.RGB)}
		}
	}
	return config.ForSet(shape), nil
}

// set returns the images that a step is timed on.
func (o benchOptions) set(ctx context.Context) (*dataset.Set, error) {
	shape := o.config.Shape()
	if o.config.Stack > 1 {
		shape.Channels = 1
	}
	// The text of a generator may say another shape than MNIST's.
	if !o.given["size"] && !o.given["channels"] && shape == raster.Grey(raster.Size{Height: 28, Width: 28}) {
		set, _, err := dataset.Open(ctx, "mnist", dataset.Options{})
		return set, err
	}
	pixels := make([]byte, benchImages*shape.Values())
	for i := range pixels {
		pixels[i] = byte(uint32(i) * 2654435769 >> 24) // all values as often, and no two neighbours alike
	}
	labels := make([]int, benchImages)
	for i := range labels {
		labels[i] = i % max(o.config.Classes, 1)
	}
	return dataset.FromPixels("made up", shape, pixels, labels)
}
