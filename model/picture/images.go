package picture

import (
	"context"
	"fmt"
	"image"

	"gorgan/model"
)

// PieceRows is how many images are drawn between looks at whether to go on.
const PieceRows = 1024

// MaxImages is what one call draws at most: 4 GiB of a grey image of MNIST's size.
const MaxImages = 1 << 20

// Images are images that a generator is asked for. They are drawn a piece at a time, so
// that of many of them no more than their seeds is held.
type Images struct {
	Config  model.Config
	Seeds   []uint64  // or the numbers of the rows of noise
	Noise   []float32 // read from a file, nil for that of the seeds
	Classes []uint64  // that they are of in turn, nil for a model without
	Sample  func(noise []float32, labels []uint32) ([]float32, error)
	Done    func(images int) // is told how many are drawn and used; nil for nobody
}

// Of are the images of seeds, of all the model's classes in turn.
func Of(config model.Config, seeds []uint64, sample func([]float32, []uint32) ([]float32, error)) *Images {
	p := &Images{Config: config, Seeds: seeds, Sample: sample}
	if config.Classes > 0 {
		p.Classes = SeedsFrom(0, config.Classes)
	}
	return p
}

// Pieces draws the images, at most PieceRows at a time, and gives each piece to use with the
// number of its first.
func (p *Images) Pieces(ctx context.Context, use func(first int, images []float32) error) error {
	dim := p.Config.NoiseDim
	for first := 0; first < len(p.Seeds); first += PieceRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		seeds := p.Seeds[first:min(first+PieceRows, len(p.Seeds))]
		var noise []float32
		if p.Noise != nil {
			noise = p.Noise[first*dim:][:len(seeds)*dim]
		} else {
			noise = p.Config.Noise(seeds)
		}
		var labels []uint32
		for _, s := range seeds {
			if p.Classes != nil {
				labels = append(labels, uint32(p.Class(s)))
			}
		}
		images, err := p.Sample(noise, labels)
		if err != nil {
			return err
		}
		if err := use(first, images); err != nil {
			return err
		}
		if p.Done != nil {
			p.Done(first + len(seeds))
		}
	}
	return ctx.Err()
}

// Class is that of a seed's image, where there are classes.
func (p *Images) Class(seed uint64) uint64 { return p.Classes[seed%uint64(len(p.Classes))] }

// Name is that of the file of the nth image.
func (p *Images) Name(n int) string {
	kind, seed := "seed", p.Seeds[n]
	if p.Noise != nil {
		kind = "noise"
	}
	name := fmt.Sprintf("%s%04d", kind, seed)
	if p.Classes != nil {
		name += fmt.Sprintf("_class%d", p.Class(seed))
	}
	return name + ".png"
}

// Values draws all images, and holds them. It tells of each piece.
func (p *Images) Values(ctx context.Context, drawn func()) ([]float32, error) {
	values := make([]float32, 0, len(p.Seeds)*p.Config.Values())
	err := p.Pieces(ctx, func(_ int, images []float32) error {
		values = append(values, images...)
		drawn()
		return nil
	})
	return values, err
}

// Grid lays the images out, at a scale, or for 0 at the one that suits a form of at most side
// pixels a side. Their classes have no labels where these have no room.
func (p *Images) Grid(rows, cols, scale, side int) Grid {
	g := New(p.Config, rows, cols)
	if p.Classes != nil {
		g.classify(len(p.Seeds), func(i int) uint64 { return p.Class(p.Seeds[i]) })
	}
	if g.Scale = scale; scale == 0 {
		g.Suit(side)
	}
	if !g.roomy() {
		g.over, g.beside = nil, nil
	}
	return g
}

// Picture draws the images as a grid.
func (p *Images) Picture(ctx context.Context, g Grid) (image.Image, error) {
	c, err := NewCanvas(g)
	if err != nil {
		return nil, err
	}
	err = p.Pieces(ctx, func(first int, images []float32) error {
		c.Put(first, model.Quantize(images))
		return nil
	})
	return c.Image, err
}

// Bytes is about how much memory they take on the host beside the generator: the seeds, and
// a piece as float32 and as bytes.
func (p *Images) Bytes() int64 {
	n, pixels := int64(len(p.Seeds)), int64(p.Config.Values())
	return 8*n + min(n, PieceRows)*(4*int64(p.Config.NoiseDim)+5*pixels)
}

// SeedsFrom are n seeds from first on.
func SeedsFrom(first uint64, n int) []uint64 {
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = first + uint64(i)
	}
	return seeds
}
