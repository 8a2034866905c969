package imagefile

import (
	"image/color"

	"gorgan/dataset/raster"
)

// smallJPEG decodes a JPEG file at n/8 of its size, n being 1, 2 or 4: it computes as many values of
// each block as the small image needs, and leaves the detail it cannot show unread. This is what
// libjpeg calls a scaled decode; a block's mean stays its mean.
//
// It is for what cameras and programs usually write: sequential, with 8 bits, grey or YCbCr, all
// channels in one scan. It returns false for any other file and for a damaged one, which are then
// left to the standard library. So a file is sound or not whatever its scale.
func smallJPEG(file []byte, n int, stop func() bool) (raster.Image, bool) {
	d := smallDecoder{n: n, stop: stop}
	if !d.segments(file) {
		return raster.Image{}, false
	}
	return d.image(), true
}

type smallDecoder struct {
	n          int
	stop       func() bool
	size       raster.Size // of the file
	components []smallComponent
	tables     [4]*[64]int32 // for dequantization, in the order of the file
	dc, ac     [4]*huffman
	restart    int // units between restart markers, or 0
	unitsAcross, unitsDown,
	across, down int // the largest sampling factors
}

type smallComponent struct {
	id           byte
	across, down int // blocks in a unit
	width        int // values of a block in a row of the small image, 1 to 8
	height       int
	last         int // the last value of a block that the small image needs, in the order of the file
	table        byte
	dc, ac       *huffman
	before       int32 // the DC value before
	pixels       []byte
	stride       int
}

// decode decodes the scan and returns what follows it.
func (d *smallDecoder) decode(data []byte) ([]byte, bool) {
	bits := bitReader{data: data}
	left, next := d.restart, byte(0xd0)
	for y := range d.unitsDown {
		if d.stop() {
			return nil, false
		}
		for x := range d.unitsAcross {
			if d.restart > 0 && left == 0 {
				if !bits.restart(next) {
					return nil, false
				}
				left, next = d.restart, 0xd0|(next+1)&7
				for k := range d.components {
					d.components[k].before = 0
				}
			}
			left--
			for k := range d.components {
				c := &d.components[k]
				for v := range c.down {
					for h := range c.across {
						at := (y*c.down+v)*c.height*c.stride + (x*c.across+h)*c.width
						if !c.block(&bits, d.tables[c.table], c.pixels[at:]) {
							return nil, false
						}
					}
				}
			}
		}
		if bits.overrun() {
			return nil, false
		}
	}
	return bits.rest()
}

// block decodes a block and writes its small image.
func (c *smallComponent) block(bits *bitReader, table *[64]int32, out []byte) bool {
	bits.fill()
	size := bits.symbol(c.dc)
	if size > 11 {
		return false
	}
	c.before += bits.value(size)
	dc := c.before * table[0]
	if c.last == 0 {
		if !bits.skip(c.ac, 1) {
			return false
		}
		out[0] = bytePixel(int64(dc) << (2*cosineBits - 3))
		return true
	}
	var values [64]int64
	values[0] = int64(dc)
	detail := false
	for k := 1; k <= 63; k++ {
		if k > c.last {
			if !bits.skip(c.ac, k) {
				return false
			}
			break
		}
		bits.fill()
		symbol := bits.symbol(c.ac)
		run, size := int(symbol>>4), symbol&15
		if size == 0 {
			if run == 15 {
				k += 15
				continue
			}
			if run != 0 { // only progressive files have it
				return false
			}
			break
		}
		k += run
		if k > 63 || size > 10 {
			return false
		}
		values[zigzag[k]&63] = int64(bits.value(size)) * int64(table[k])
		detail = true
	}
	if !detail {
		v := bytePixel(int64(dc) << (2*cosineBits - 3))
		for y := range c.height {
			row := out[y*c.stride:][:c.width]
			for x := range row {
				row[x] = v
			}
		}
		return true
	}
	transform(&values, c.width, c.height, out, c.stride)
	return true
}

// image puts the channels together.
func (d *smallDecoder) image() raster.Image {
	size := raster.Size{Height: (d.size.Height*d.n + 7) / 8, Width: (d.size.Width*d.n + 7) / 8}
	if len(d.components) == 1 {
		out, c := raster.New(raster.Grey(size)), d.components[0]
		for y := range size.Height {
			copy(out.Pix[y*size.Width:][:size.Width], c.pixels[y*c.stride:])
		}
		return out
	}
	out := raster.New(raster.Shape{Size: size, Channels: raster.RGB})
	to := out.Pix
	for y := range size.Height {
		row := func(k int) []byte { return d.components[k].pixels[y*d.components[k].stride:][:size.Width] }
		blue, red := row(1), row(2)
		for x, v := range row(0) {
			to[0], to[1], to[2] = color.YCbCrToRGB(v, blue[x], red[x])
			to = to[raster.RGB:]
		}
	}
	return out
}
