package film

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// mostColours is the number of colours of a GIF's frame.
const mostColours = 256

// shade is a colour of a frame and the number of its pixels.
type shade struct {
	rgb    [3]uint8
	pixels int
}

// box is a part of the shades of a frame, which becomes one colour.
type box struct {
	shades  []shade
	axis    int   // the channel whose values differ most
	squares int64 // the sum over its pixels of that channel's squared difference from the mean; 0 if all are equal
}

// palettize returns a frame in colours with at most 256 of them: all it has if they are no more, else those of a
// median cut. See Heckbert, "Color image quantization for frame buffer display" (1982). The box with the
// largest squared error is divided next, at its mean. There is no dithering: in an enlarged and moving image its
// noise would be seen, and a small image has few colours.
func palettize(frame image.Image) *image.Paletted {
	counts := map[[3]uint8]int{}
	colours(frame, func(_ int, row []byte) {
		for i := 0; i < len(row); i += 3 {
			counts[[3]uint8(row[i:])]++
		}
	})
	shades := make([]shade, 0, len(counts))
	for rgb, n := range counts {
		shades = append(shades, shade{rgb, n})
	}
	slices.SortFunc(shades, func(a, b shade) int { return slices.Compare(a.rgb[:], b.rgb[:]) })

	p := image.NewPaletted(frame.Bounds(), nil)
	index := make(map[[3]uint8]uint8, len(shades))
	for i, b := range cut(shades) {
		p.Palette = append(p.Palette, b.mean())
		for _, s := range b.shades {
			index[s.rgb] = uint8(i)
		}
	}
	colours(frame, func(y int, row []byte) {
		for x := range p.Stride {
			p.Pix[y*p.Stride+x] = index[[3]uint8(row[3*x:])]
		}
	})
	return p
}

// cut divides the shades into at most mostColours boxes.
func cut(shades []shade) []box {
	boxes := []box{boxOf(shades)}
	for len(boxes) < mostColours {
		worst := 0
		for i := range boxes {
			if boxes[i].squares > boxes[worst].squares {
				worst = i
			}
		}
		if boxes[worst].squares == 0 {
			break // each box is one shade
		}
		a, b := boxes[worst].divide()
		boxes[worst] = a
		boxes = append(boxes, b)
	}
	return boxes
}

func boxOf(shades []shade) box {
	b := box{shades: shades}
	for axis := range 3 {
		var n, sum, squares int64
		for _, s := range shades {
			n += int64(s.pixels)
			sum += int64(s.pixels) * int64(s.rgb[axis])
		}
		for _, s := range shades {
			off := int64(s.rgb[axis]) - sum/n
			squares += int64(s.pixels) * off * off
		}
		if squares > b.squares {
			b.axis, b.squares = axis, squares
		}
	}
	return b
}

// divide cuts a box of several shades at the mean of its axis.
func (b box) divide() (low, high box) {
	axis := b.axis
	slices.SortStableFunc(b.shades, func(x, y shade) int { return cmp.Compare(x.rgb[axis], y.rgb[axis]) })
	var n, sum int
	for _, s := range b.shades {
		n += s.pixels
		sum += s.pixels * int(s.rgb[axis])
	}
	// The least value is not above the mean, and the largest is above it.
	at := slices.IndexFunc(b.shades, func(s shade) bool { return int(s.rgb[axis])*n > sum })
	return boxOf(b.shades[:at:at]), boxOf(b.shades[at:])
}

// mean returns the mean colour of the pixels of a box.
func (b box) mean() color.Color {
	var n int
	var sum [3]int
	for _, s := range b.shades {
		n += s.pixels
		for i, v := range s.rgb {
			sum[i] += int(v) * s.pixels
		}
	}
	return color.NRGBA{uint8((sum[0] + n/2) / n), uint8((sum[1] + n/2) / n), uint8((sum[2] + n/2) / n), 255}
}
