package raster

// window is a part of an image: its first row and column, and its size. An inset of 1 leaves half a
// pixel out at both ends.
type window struct {
	top, left int
	Size
	insetDown, insetRight int
}

// part is a window of an image as rows of bytes with gaps between them.
type part struct {
	window
	channels, stride int
	pix              []byte
}

func (im Image) window(w window) part {
	stride := im.Width * im.Channels
	return part{w, im.Channels, stride, im.Pix[w.top*stride+w.left*im.Channels:]}
}

func (p part) row(y int) []byte { return p.pix[y*p.stride:][:p.Width*p.channels] }

// Fixed-point numbers: values between the two passes, and weights, which sum to one.
const (
	fine       = 6 // bits behind the point of a value
	weightBits = 14
	one        = 1 << weightBits // the weight 1
	unit       = 1 << 16         // the distance 1 in front of the filter
	boxesFor   = 4               // boxes for each pixel of the result, at least
)

// scale writes p into out in out's size, with the filter of Catmull and Rom. Where the image
// becomes smaller, the filter becomes wider by the same factor, so that nothing is aliased. An
// image much larger is first averaged in boxes of whole pixels, which is much faster.
//
// Rows are boxed and filtered from left to right as the filter from top to bottom asks for them, so
// that only a few are in memory.
func (p part) scale(out part) {
	if p.Size == out.Size {
		for y := range p.Height {
			copy(out.row(y), p.row(y))
		}
		return
	}
	across, down := newFilter(p.Width, p.insetRight, out.Width), newFilter(p.Height, p.insetDown, out.Height)
	length := out.Width * p.channels
	ring := make([]int64, down.longest()*length) // rows after the first pass
	boxes := make([]int64, across.boxes*p.channels)
	ready := 0 // rows that have been in the ring
	for y := range out.Height {
		taps := down.taps[y]
		for ; ready < taps.first+len(taps.weights); ready++ {
			p.boxRow(boxes, ready, across.box, down.box)
			slot := ready % down.longest()
			across.filterRow(ring[slot*length:][:length], boxes, p.channels)
		}
		down.filterColumns(out.row(y), ring, taps)
	}
}

// boxRow averages row k of boxes, with fine bits behind the point. Boxes at the right and lower
// edges may be smaller.
func (p part) boxRow(boxes []int64, k, width, height int) {
	clear(boxes)
	top, bottom := k*height, min((k+1)*height, p.Height)
	for y := top; y < bottom; y++ {
		row := p.row(y)
		switch {
		case width == 1:
			for i, v := range row {
				boxes[i] += int64(v)
			}
		case p.channels == 1:
			for i := range boxes {
				end := min((i+1)*width, len(row))
				sum := int64(0)
				for _, v := range row[i*width : end] {
					sum += int64(v)
				}
				boxes[i] += sum
			}
		default:
			for i := 0; i+RGB <= len(boxes); i += RGB {
				end := min((i+RGB)*width, len(row))
				var r, g, b int64
				for pixels := row[i*width : end]; len(pixels) >= RGB; pixels = pixels[RGB:] {
					r, g, b = r+int64(pixels[0]), g+int64(pixels[1]), b+int64(pixels[2])
				}
				boxes[i], boxes[i+1], boxes[i+2] = boxes[i]+r, boxes[i+1]+g, boxes[i+2]+b
			}
		}
	}
	rows := bottom - top
	if rows*width == 1 {
		for i, v := range boxes {
			boxes[i] = v << fine
		}
		return
	}
	for i, v := range boxes {
		left := i / p.channels * width
		n := int64(rows * min(width, p.Width-left))
		boxes[i] = (v<<(fine+1) + n) / (2 * n)
	}
}
