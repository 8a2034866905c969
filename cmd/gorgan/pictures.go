package main

import (
	"fmt"

	"gorgan/dataset"
	"gorgan/model"
)

// The pictures of a run: images of the data, and what the generator makes of the
// noise of seeds 0 to 35, 6 a row, before the first step and at display steps. A
// conditional one makes a column of each class of as many seeds or a few more.
const (
	lossFile   = "loss.png"
	realsFile  = "reals.png"
	initFile   = "fakes_init.png"
	fakesFile  = "fakes_%06d.png"
	gridCols   = 6
	gridImages = 36
)

// begin leaves the state before the first step.
func (r *runFolder) begin(t *model.Trainer, set *dataset.Set) error {
	if err := r.here(); err != nil {
		return err
	}
	c := t.Config()
	n, size := min(gridImages, set.Len()/c.Stack), set.Size().Pixels()
	pixels := make([]byte, n*c.Pixels())
	for i := range n * c.Stack {
		if err := set.Pixels(pixels[i*size:], i); err != nil {
			return err
		}
	}
	if err := r.grid(realsFile, pixels, c, gridCols); err != nil {
		return err
	}
	if err := r.fakes(initFile, t); err != nil {
		return err
	}
	state, err := t.State()
	if err != nil {
		return err
	}
	return r.save(state)
}

// display draws curves and images.
func (r *runFolder) display(m model.Metrics, t *model.Trainer) error {
	if err := r.here(); err != nil {
		return err
	}
	if err := r.plot.update(r.measured.noted); err != nil {
		return err
	}
	return r.fakes(fmt.Sprintf(fakesFile, m.Step), t)
}

func (r *runFolder) fakes(name string, t *model.Trainer) error {
	c := t.Config()
	n, cols := gridImages, gridCols
	if c.Classes > 1 {
		cols = c.Classes
		n = (gridImages + cols - 1) / cols * cols
	}
	seeds := seedsFrom(0, n)
	images, err := t.Draw(c.Noise(seeds), c.Labels(seeds))
	if err != nil {
		return err
	}
	return r.grid(name, model.Pixels(images), c, cols)
}

func (r *runFolder) grid(name string, pixels []byte, c model.Config, cols int) error {
	n := len(pixels) / c.Pixels()
	img, err := imageGrid(pixels, c, (n+cols-1)/cols, cols)
	if err != nil {
		return err
	}
	return dataset.WritePNG(r.path(name), img)
}
