package picture

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorgan/model"
)

// PieceRows is the number of images that are made between two checks of the context.
const PieceRows = 1024

// longestFileName is the number of bytes of a class's name in the name of a file.
const longestFileName = 100

// MaxImages is the largest number of images of one call: 4 GiB for grey images of MNIST's size.
const MaxImages = 1 << 20

// Images are fake images to be made by a generator. They are made a piece at a time. So memory
// holds all seeds, but only one piece of images.
type Images struct {
	Config  model.Config
	Seeds   []uint64  // seeds of the images, or the numbers of the rows of Noise
	Noise   []float32 // (len(Seeds), Config.InputDim()) from a file, nil for the noise of the seeds
	Classes []uint64  // classes of the images, in turn; nil for a model without classes
	// Fix changes a row of noise (Config.InputDim()) before an image is made of it, as to give it a code. It may be nil.
	Fix func(noise []float32)
	// ClassNames are the names of the model's classes, or nil if they are numbers alone.
	ClassNames []string
	// Sample makes images (n, Config.Values()): see model.Generator.Sample.
	Sample func(noise []float32, labels []uint32) ([]float32, error)
	// Done is called with the number of images that are made and used. It may be nil.
	Done func(images int)
}

// Of returns the images of seeds, with all classes of the model in turn.
func Of(config model.Config, seeds []uint64, sample func([]float32, []uint32) ([]float32, error)) *Images {
	p := &Images{Config: config, Seeds: seeds, Sample: sample}
	if config.Classes > 0 {
		p.Classes = SeedsFrom(0, config.Classes)
	}
	return p
}

// Pieces makes the images, at most PieceRows at a time. It passes each piece to use, with the
// number of its first image. It returns the error of Sample or use, or ctx's error if ctx ends.
func (p *Images) Pieces(ctx context.Context, use func(first int, images []float32) error) error {
	dim := p.Config.InputDim()
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
		if p.Fix != nil {
			noise = slices.Clone(noise)
			for row := range slices.Chunk(noise, dim) {
				p.Fix(row)
			}
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

// Class returns the class of the image of a seed. Classes must not be nil.
func (p *Images) Class(seed uint64) uint64 { return p.Classes[seed%uint64(len(p.Classes))] }

// Name returns the file name of image n. The name of its class is part of it. Letters that a file's
// name might not have are replaced there, and the class's number follows.
func (p *Images) Name(n int) string {
	kind, seed := "seed", p.Seeds[n]
	if p.Noise != nil {
		kind = "noise"
	}
	name := fmt.Sprintf("%s%04d", kind, seed)
	if p.Classes != nil {
		name += "_class" + p.fileName(p.Class(seed))
	}
	return name + ".png"
}

// fileName returns a class as the name of a file has it.
func (p *Images) fileName(class uint64) string {
	if p.ClassNames == nil {
		return strconv.FormatUint(class, 10)
	}
	name := p.ClassNames[class]
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	for len(safe) > longestFileName {
		_, size := utf8.DecodeLastRuneInString(safe)
		safe = safe[:len(safe)-size]
	}
	if safe != name {
		safe += fmt.Sprintf("_%d", class)
	}
	return safe
}

// Values makes all images and returns their values (len(Seeds), Config.Values()) in a new slice.
// It calls done after each piece. It returns the errors of Pieces.
func (p *Images) Values(ctx context.Context, done func()) ([]float32, error) {
	values := make([]float32, 0, len(p.Seeds)*p.Config.Values())
	err := p.Pieces(ctx, func(_ int, images []float32) error {
		values = append(values, images...)
		done()
		return nil
	})
	return values, err
}

// Grid returns a layout of the images at a scale. Scale 0 chooses a scale for a file format of at
// most side pixels a side. The classes become labels if the labels have room.
func (p *Images) Grid(rows, cols, scale, side int) Grid {
	g := New(p.Config, rows, cols)
	if p.Classes != nil {
		g.classify(p)
	}
	if g.Scale = scale; scale == 0 {
		g.Suit(side)
	}
	if !g.roomy() {
		g.over, g.beside = nil, nil
	}
	return g
}

// Picture makes the images and draws them on a grid. It returns the errors of NewCanvas and Pieces.
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

// Bytes estimates the memory on the host, without the generator's, in bytes: the seeds, and a piece
// as float32 and as bytes.
func (p *Images) Bytes() int64 {
	n, pixels := int64(len(p.Seeds)), int64(p.Config.Values())
	return 8*n + min(n, PieceRows)*(4*int64(p.Config.InputDim())+5*pixels)
}

// SeedsFrom returns n seeds from first on.
func SeedsFrom(first uint64, n int) []uint64 {
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = first + uint64(i)
	}
	return seeds
}
