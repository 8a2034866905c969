package dataset

import (
	"context"

	"gorgan/dataset/raster"
)

// DefaultSize is the size of a set's images if they have many sizes or a large one, and
// Options.Size does not choose.
var DefaultSize = raster.Size{Height: 64, Width: 64}

const (
	// largestOwn is the largest side, in pixels, of images that keep their size.
	largestOwn = 128
	// sampled is the number of images whose sizes are looked at before all are read.
	sampled = 100
)

// chooseSize returns the size of the set's images. It is the option, or the size that nine tenths
// of a sample of the images have, or DefaultSize.
func (c *census) chooseSize(ctx context.Context) (raster.Size, error) {
	if c.options.Size != (raster.Size{}) {
		return c.options.Size, nil
	}
	if c.shape != (raster.Shape{}) {
		return c.shape.Size, nil
	}
	n := c.count()
	counts, usual, good, large := map[raster.Size]int{}, raster.Size{}, 0, 0
	for k := range min(n, sampled) {
		if err := ctx.Err(); err != nil {
			return usual, err
		}
		size, err := c.storedSize(ctx, k*max(n, sampled)/sampled)
		if err != nil {
			continue // it will be reported with the others
		}
		good++
		if counts[size]++; counts[size] > counts[usual] {
			usual = size
		}
		if max(size.Height, size.Width) > largestOwn {
			large++
		}
		if 10*large > min(n, sampled) {
			break // whatever the others are, and photos take time to read
		}
	}
	if good > 0 && 10*counts[usual] >= 9*good && large*10 <= good {
		return usual, nil
	}
	c.options.Size = DefaultSize
	return DefaultSize, nil
}
