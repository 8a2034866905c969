package raster

import (
	"fmt"
	"slices"
	"strings"

	"gorgan/dataset/content"
)

// Fit is a way to bring an image to a size of other proportions.
type Fit string

// The ways to fit.
const (
	Crop    Fit = "crop"    // cut the middle out in the proportions of the size, then scale
	Pad     Fit = "pad"     // scale until the image fits inside; a background fills the rest
	Stretch Fit = "stretch" // scale each side by itself, so that the proportions change
)

// Fits returns the names of all ways to fit.
func Fits() []string { return []string{string(Crop), string(Pad), string(Stretch)} }

// ParseFit reads the name of a way to fit. The error wraps [content.ErrFormat].
func ParseFit(text string) (Fit, error) {
	if !slices.Contains(Fits(), text) {
		return "", fmt.Errorf("fit is %.40q, want one of %s: %w", text, strings.Join(Fits(), ", "), content.ErrFormat)
	}
	return Fit(text), nil
}

// To returns the image at a size of at least 1x1, brought there by fit. With Pad, background is the
// colour of the rest; a grey image takes its luma. An image that has the size is returned as it is,
// with the same pixels in memory. Only integers are added and multiplied, so that the result has
// the same bits on every machine.
func (im Image) To(size Size, fit Fit, background [RGB]uint8) Image {
	if im.Size == size {
		return im
	}
	out := New(Shape{size, im.Channels})
	from, to := window{Size: im.Size}, window{Size: size}
	switch fit {
	case Crop:
		from = centred(im.Size, inside(size, im.Size))
		if from.Size != size { // pixels are computed anyway, so that they can be computed for the very middle
			from = from.middle(im.Size)
		}
	case Pad:
		to = centred(size, inside(im.Size, size))
		if to.Size != size {
			out.fill(background)
		}
	}
	im.window(from).scale(out.window(to))
	return out
}

// inside returns the largest size in the proportions of s that fits inside limit, rounded to whole
// pixels, at least 1x1.
func inside(s, limit Size) Size {
	if s.Width*limit.Height > s.Height*limit.Width { // s is wider
		return Size{min(limit.Height, max(1, rounded(limit.Width*s.Height, s.Width))), limit.Width}
	}
	return Size{limit.Height, min(limit.Width, max(1, rounded(limit.Height*s.Width, s.Height)))}
}

// rounded returns a/b, rounded to the nearest, for positive numbers.
func rounded(a, b int) int { return (2*a + b) / (2 * b) }

// centred places a size in the middle of a larger one. Where the middle lies between two pixels, it
// takes the upper or the left of them.
func centred(in, s Size) window {
	return window{top: (in.Height - s.Height) / 2, left: (in.Width - s.Width) / 2, Size: s}
}

// middle moves a centred window by half a pixel into the very middle, where it is not: the window
// becomes a pixel longer, of which half at each end does not count.
func (w window) middle(in Size) window {
	w.insetDown, w.insetRight = (in.Height-w.Height)%2, (in.Width-w.Width)%2
	w.Height, w.Width = w.Height+w.insetDown, w.Width+w.insetRight
	return w
}

// fill gives every pixel a colour, or its luma.
func (im Image) fill(c [RGB]uint8) {
	one := c[:]
	if im.Channels == 1 {
		one = []byte{luma(c[0], c[1], c[2])}
	}
	for k := 0; k < len(im.Pix); k += len(one) {
		copy(im.Pix[k:], one)
	}
}
