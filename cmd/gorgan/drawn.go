package main

import (
	"context"
	"fmt"
	"image"

	"gorgan/model"
)

// drawnRows is how many images are drawn between looks at whether to go on.
const drawnRows = 1024

// pictures are images that a generator is asked for. They are drawn a piece at a time, so
// that of many of them no more than their seeds is held.
type pictures struct {
	config  model.Config
	seeds   []uint64  // or the numbers of the rows of noise
	noise   []float32 // read from a file, nil for that of the seeds
	classes []uint64  // that they are of in turn, nil for a model without
	draw    func(noise []float32, labels []uint32) ([]float32, error)
}

// picturesOf are the images of seeds, of all the model's classes in turn.
func picturesOf(config model.Config, seeds []uint64, draw func([]float32, []uint32) ([]float32, error)) *pictures {
	p := &pictures{config: config, seeds: seeds, draw: draw}
	if config.Classes > 0 {
		p.classes = seedsFrom(0, config.Classes)
	}
	return p
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

// values draws all images, and holds them. It tells of each piece.
func (p *pictures) values(ctx context.Context, drawn func()) ([]float32, error) {
	values := make([]float32, 0, len(p.seeds)*p.config.Pixels())
	err := p.pieces(ctx, func(_ int, images []float32) error {
		values = append(values, images...)
		drawn()
		return nil
	})
	return values, err
}

// grid lays the images out, at a scale, or for 0 at the one that suits a form of at most side
// pixels a side. Their classes have no labels where these have no room.
func (p *pictures) grid(rows, cols, scale, side int) grid {
	g := newGrid(p.config, rows, cols)
	if p.classes != nil {
		g.classify(len(p.seeds), func(i int) uint64 { return p.class(p.seeds[i]) })
	}
	if g.scale = scale; scale == 0 {
		g.suit(side)
	}
	if !g.roomy() {
		g.over, g.beside = nil, nil
	}
	return g
}

// picture draws the images as a grid.
func (p *pictures) picture(ctx context.Context, g grid) (image.Image, error) {
	c, err := newCanvas(g)
	if err != nil {
		return nil, err
	}
	err = p.pieces(ctx, func(first int, images []float32) error {
		c.put(first, model.Pixels(images))
		return nil
	})
	return c.image, err
}

// bytes is about how much memory they take on the host beside the generator: the seeds, and
// a piece as float32 and as bytes.
func (p *pictures) bytes() int64 {
	n, pixels := int64(len(p.seeds)), int64(p.config.Pixels())
	return 8*n + min(n, drawnRows)*(4*int64(p.config.NoiseDim)+5*pixels)
}

// seedsFrom are n seeds from first on.
func seedsFrom(first uint64, n int) []uint64 {
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = first + uint64(i)
	}
	return seeds
}
