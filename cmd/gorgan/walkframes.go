package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgan/model"
	"gorgan/model/picture"
	"gorgan/model/walk"
)

// walks are the walks of an animation, one in each cell of a grid.
type walks struct {
	config model.Config
	grid   picture.Grid
	frames int
	all    []*walk.Walk // by cell
	gen    *model.Generator
}

// begin makes the walks. The first passes keys.
func (w *walks) begin(keys []walk.Key, closed bool, o walkOptions) error {
	low, high := slices.Min(o.seeds), slices.Max(o.seeds)
	cells := uint64(o.grid.rows * o.grid.cols)
	if shift := high - low + 1; shift == 0 || cells > 1 && (math.MaxUint64-high)/shift < cells-1 {
		return usageError{fmt.Errorf("--grid: the seeds of %d walks, each %d after those of the one before, are too large", cells, high-low+1)}
	}
	for cell := range cells {
		shifted := slices.Clone(keys)
		for i := range shifted {
			shifted[i].Seed += cell * (high - low + 1)
			if w.config.Classes > 0 && !o.class.given {
				shifted[i].Class = uint32(shifted[i].Seed % uint64(w.config.Classes))
			}
		}
		one, err := walk.New(walk.Walk{Config: w.config, Keys: shifted, Closed: closed, Frames: w.frames, Path: o.path})
		if err != nil {
			return err
		}
		w.all = append(w.all, one)
	}
	return nil
}

// piece returns the number of frames that are made at once.
func (w *walks) piece(cells int) int { return min(w.frames, max(1, picture.PieceRows/cells)) }

// bytes estimates the memory of so many walks on the host, in bytes: the noise of keys, a piece of images, and a frame in
// its forms.
func (w *walks) bytes(cells, keys int) int64 {
	image := 4*w.config.InputDim() + 4*w.config.Classes + 5*w.config.Values()
	return int64(cells)*int64(keys)*int64(4*w.config.InputDim()+16) + int64(w.piece(cells))*int64(cells)*int64(image) + 4*w.grid.Bytes()
}

// draw calls use with the pixels of each frame: those of its images, cell by cell.
func (w *walks) draw(ctx context.Context, use func(pixels []byte) error) error {
	cells, dim, classes, size := len(w.all), w.config.InputDim(), w.config.Classes, w.config.Values()
	piece := w.piece(cells)
	noise, mix := make([]float32, piece*cells*dim), make([]float32, piece*cells*classes)
	for first := 0; first < w.frames; first += piece {
		n := min(piece, w.frames-first)
		for i := range n * cells {
			w.all[i%cells].Frame(first+i/cells, noise[i*dim:][:dim], mix[i*classes:][:classes])
		}
		images, err := w.images(noise[:n*cells*dim], mix[:n*cells*classes])
		if err != nil {
			return err
		}
		pixels := model.Quantize(images)
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := use(pixels[i*cells*size:][:cells*size]); err != nil {
				return err
			}
		}
	}
	return nil
}

// images makes the images of noise and mixes of classes.
func (w *walks) images(noise, mix []float32) ([]float32, error) {
	if w.config.Classes == 0 {
		return w.gen.Sample(noise, nil)
	}
	return w.gen.Blend(noise, mix)
}
