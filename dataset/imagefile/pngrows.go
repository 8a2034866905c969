package imagefile

import (
	"bytes"
	"errors"
	"io"

	"gorgan/dataset/raster"
)

// decode decodes the rows as they are unpacked, so that only two are in memory beside the result.
// What is left in the file after the last row is forgiven.
func (p *pngFile) decode(file *watched, o Options) (flat, error) {
	packed, size := p.pixels[0], int64(0)
	if len(p.pixels) > 1 {
		packed = bytes.Join(p.pixels, nil)
	}
	for _, pass := range p.passes() {
		size += int64(pass.Height) * int64(1+p.rowBytes(pass.Width))
	}
	unpack, err := newInflater(packed, size)
	if err != nil {
		return flat{}, notEnough(file, err)
	}
	c := raster.RGB
	if p.kind == pngGrey && p.transparent == nil {
		c = 1
	}
	out := flat{Image: raster.New(raster.Shape{Size: p.size, Channels: c})}
	paint := p.painter(o.Background)
	for _, pass := range p.passes() {
		if pass.Area() == 0 {
			continue
		}
		n := p.rowBytes(pass.Width)
		row, above := make([]byte, 1+n), make([]byte, 1+n)
		var line []byte
		if p.interlaced {
			line = make([]byte, c*pass.Width)
		}
		for y := range pass.Height {
			if err := file.ctx.Err(); err != nil {
				return flat{}, err
			}
			if _, err := unpack.Read(row); err != nil {
				return flat{}, notEnough(file, err)
			}
			if err := unfilter(row[0], row[1:], above[1:], max(1, p.bitsPerPixel/8)); err != nil {
				return flat{}, err
			}
			to := out.Pix[(pass.top+y*pass.down)*p.size.Width*c:][:p.size.Width*c]
			if !p.interlaced {
				line = to // at once in its place
			}
			out.alpha = paint(line, row[1:]) || out.alpha
			if p.interlaced {
				for x := range pass.Width {
					copy(to[(pass.left+x*pass.right)*c:], line[x*c:][:c])
				}
			}
			row, above = above, row
		}
	}
	switch {
	case p.kind == pngGreyAlpha || p.kind == pngRGBA || p.translucent && (p.kind != pngPalette || out.alpha):
		out.channels = 4
	case p.kind == pngGrey:
		out.channels = 1
	default:
		out.channels = 3
	}
	out.Image = turn(out.Image, p.orientation)
	return out, nil
}

// notEnough notes in file that compressed data ended too soon.
func notEnough(file *watched, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		file.ended = true
	}
	return err
}

// pngPass is a part of an image: every so many pixels of every so many rows.
type pngPass struct {
	raster.Size
	top, left, down, right int
}

// passes returns the whole image, or the seven passes of Adam7.
func (p *pngFile) passes() []pngPass {
	if !p.interlaced {
		return []pngPass{{p.size, 0, 0, 1, 1}}
	}
	passes := []pngPass{
		{top: 0, left: 0, down: 8, right: 8}, {top: 0, left: 4, down: 8, right: 8}, {top: 4, left: 0, down: 8, right: 4},
		{top: 0, left: 2, down: 4, right: 4}, {top: 2, left: 0, down: 4, right: 2}, {top: 0, left: 1, down: 2, right: 2},
		{top: 1, left: 0, down: 2, right: 1},
	}
	for k := range passes {
		q := &passes[k]
		q.Height = (p.size.Height - q.top + q.down - 1) / q.down
		q.Width = (p.size.Width - q.left + q.right - 1) / q.right
	}
	return passes
}

// unfilter adds to a row what its filter predicts from the row above and from the pixel at the left,
// which is so many bytes back.
func unfilter(filter byte, row, above []byte, back int) error {
	above = above[:len(row)]
	switch filter {
	case 0:
	case 1: // the left
		for k := back; k < len(row); k++ {
			row[k] += row[k-back]
		}
	case 2: // above
		for k, b := range above {
			row[k] += b
		}
	case 3: // their mean
		for k, b := range above[:min(back, len(row))] {
			row[k] += b / 2
		}
		for k := back; k < len(row); k++ {
			row[k] += uint8((int(row[k-back]) + int(above[k])) / 2)
		}
	case 4: // Paeth's choice of the left, above, and above the left
		unfilterPaeth(row, above, back)
	default:
		return errors.New("png: unknown filter")
	}
	return nil
}

// unfilterPaeth goes through the channels of four and of three bytes a pixel side by side, so that
// the processor need not wait for one of them.
func unfilterPaeth(row, above []byte, back int) {
	switch {
	case back == 4:
		var a0, a1, a2, a3, c0, c1, c2, c3 int
		for len(row) >= 4 && len(above) >= 4 {
			b0, b1, b2, b3 := int(above[0]), int(above[1]), int(above[2]), int(above[3])
			a0 = int(row[0] + paeth(a0, b0, c0))
			a1 = int(row[1] + paeth(a1, b1, c1))
			a2 = int(row[2] + paeth(a2, b2, c2))
			a3 = int(row[3] + paeth(a3, b3, c3))
			row[0], row[1], row[2], row[3] = byte(a0), byte(a1), byte(a2), byte(a3)
			c0, c1, c2, c3 = b0, b1, b2, b3
			row, above = row[4:], above[4:]
		}
	case back == 3:
		var a0, a1, a2, c0, c1, c2 int
		for len(row) >= 3 && len(above) >= 3 {
			b0, b1, b2 := int(above[0]), int(above[1]), int(above[2])
			a0 = int(row[0] + paeth(a0, b0, c0))
			a1 = int(row[1] + paeth(a1, b1, c1))
			a2 = int(row[2] + paeth(a2, b2, c2))
			row[0], row[1], row[2] = byte(a0), byte(a1), byte(a2)
			c0, c1, c2 = b0, b1, b2
			row, above = row[3:], above[3:]
		}
	default:
		for k, b := range above {
			if k < back {
				row[k] += b
				continue
			}
			row[k] += paeth(int(row[k-back]), int(b), int(above[k-back]))
		}
	}
}

// paeth returns that of a, b and c which is nearest to a+b-c; of two, the first. If c lies outside of
// a and b by more than half of their distance, it is the one of them on the other side; likewise
// on the inside. This form needs no jumps.
func paeth(a, b, c int) uint8 {
	turn, low, high := 3*c-a-b, min(a, b), max(a, b)
	choice := c
	if high <= turn {
		choice = low
	}
	if turn <= low {
		choice = high
	}
	return uint8(choice)
}
