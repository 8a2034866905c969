package imagefile

import (
	"bytes"

	"gorgan/dataset/raster"
)

// painter returns a function that writes a row of samples as pixels, laid on a background: grey
// without transparency in one channel, all else in three. It reports whether a pixel was not opaque. Of 16 bits, the high 8 are used.
func (p *pngFile) painter(background [raster.RGB]uint8) func(to, row []byte) (clear bool) {
	step := p.depth / 8 // bytes of a sample, if it is one at least
	switch p.kind {
	case pngPalette:
		return p.paintPalette(background)
	case pngGrey:
		if p.transparent == nil {
			return p.paintOpaqueGrey()
		}
		return p.paintGrey(background)
	case pngGreyAlpha:
		return func(to, row []byte) (clear bool) {
			for ; len(to) >= raster.RGB; to, row = to[raster.RGB:], row[2*step:] {
				v, a := row[0], row[step]
				to[0], to[1], to[2] = v, v, v
				clear = lay(to, a, background) || clear
			}
			return clear
		}
	case pngRGBA:
		if step == 1 {
			return func(to, row []byte) (clear bool) {
				for ; len(to) >= raster.RGB && len(row) >= 4; to, row = to[raster.RGB:], row[4:] {
					r, g, b, a := row[0], row[1], row[2], row[3]
					if a != 255 {
						r, g, b = over(r, a, background[0]), over(g, a, background[1]), over(b, a, background[2])
						clear = true
					}
					to[0], to[1], to[2] = r, g, b
				}
				return clear
			}
		}
		return func(to, row []byte) (clear bool) {
			for ; len(to) >= raster.RGB; to, row = to[raster.RGB:], row[8:] {
				to[0], to[1], to[2] = row[0], row[2], row[4]
				clear = lay(to, row[6], background) || clear
			}
			return clear
		}
	}
	if step == 1 && p.transparent == nil {
		return func(to, row []byte) bool { copy(to, row); return false }
	}
	transparent := p.key()
	return func(to, row []byte) (clear bool) {
		for ; len(to) >= raster.RGB; to, row = to[raster.RGB:], row[3*step:] {
			to[0], to[1], to[2] = row[0], row[step], row[2*step]
			if transparent != nil && bytes.Equal(row[:3*step], transparent) {
				clear = lay(to, 0, background)
			}
		}
		return clear
	}
}

// lay lays a pixel with an alpha on a background and reports whether the pixel was not opaque.
func lay(pixel []byte, alpha uint8, background [raster.RGB]uint8) bool {
	if alpha == 255 {
		return false
	}
	for c, b := range background {
		pixel[c] = over(pixel[c], alpha, b)
	}
	return true
}

// key returns the transparent colour as it is in a row of whole bytes, or nil if there is none.
func (p *pngFile) key() []byte {
	if p.transparent == nil || p.depth == 16 {
		return p.transparent
	}
	key := []byte{}
	for k := 0; k < len(p.transparent); k += 2 {
		if p.transparent[k] != 0 {
			return nil // no sample of 8 bits has this value
		}
		key = append(key, p.transparent[k+1])
	}
	return key
}

func (p *pngFile) paintPalette(background [raster.RGB]uint8) func(to, row []byte) (clear bool) {
	var colours [256][raster.RGB]byte
	var laid [256]bool
	for k, c := range p.palette {
		colours[k] = [raster.RGB]byte{c.R, c.G, c.B}
		laid[k] = lay(colours[k][:], c.A, background)
	}
	return func(to, row []byte) (clear bool) {
		for x := 0; len(to) >= raster.RGB; to, x = to[raster.RGB:], x+1 {
			k := sample(row, x, p.depth)
			to[0], to[1], to[2] = colours[k][0], colours[k][1], colours[k][2]
			clear = clear || laid[k]
		}
		return clear
	}
}

func (p *pngFile) paintOpaqueGrey() func(to, row []byte) bool {
	switch p.depth {
	case 8:
		return func(to, row []byte) bool { copy(to, row); return false }
	case 16:
		return func(to, row []byte) bool {
			for x := range to {
				to[x] = row[2*x]
			}
			return false
		}
	}
	scale := 255 / (1<<p.depth - 1)
	return func(to, row []byte) bool {
		for x := range to {
			to[x] = sample(row, x, p.depth) * uint8(scale)
		}
		return false
	}
}

// paintGrey is for grey with a transparent value.
func (p *pngFile) paintGrey(background [raster.RGB]uint8) func(to, row []byte) (clear bool) {
	opaque := p.paintOpaqueGrey()
	key := int(p.transparent[0])<<8 | int(p.transparent[1])
	return func(to, row []byte) (clear bool) {
		n := len(to) / raster.RGB
		opaque(to[:n], row)
		for x := n - 1; x >= 0; x-- { // from the right, since three take the room of one
			v, k := to[x], 0
			if p.depth == 16 {
				k = int(row[2*x])<<8 | int(row[2*x+1])
			} else {
				k = int(sample(row, x, p.depth))
			}
			pixel := to[raster.RGB*x : raster.RGB*x+raster.RGB]
			pixel[0], pixel[1], pixel[2] = v, v, v
			if k == key {
				clear = lay(pixel, 0, background)
			}
		}
		return clear
	}
}

// sample returns sample x of a row, in 1, 2, 4 or 8 bits from the highest bit down.
func sample(row []byte, x, depth int) uint8 {
	if depth == 8 {
		return row[x]
	}
	perByte := 8 / depth
	shift := (perByte - 1 - x%perByte) * depth
	return row[x/perByte] >> shift & (1<<depth - 1)
}
