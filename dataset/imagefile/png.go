package imagefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image/color"
	"io"

	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// Colour types of PNG.
const (
	pngGrey      = 0
	pngRGB       = 2
	pngPalette   = 3
	pngGreyAlpha = 4
	pngRGBA      = 6
)

// pngFile is the chunks of a PNG file that its pixels need. Others are not looked at, so that damage
// to them does no harm.
type pngFile struct {
	size         raster.Size
	depth, kind  int // bits of a sample, colour type
	interlaced   bool
	palette      []color.NRGBA // of pngPalette
	transparent  []byte        // of other colour types: the one colour that is transparent, 16 bits a sample
	translucent  bool          // there is a chunk about transparency
	pixels       [][]byte      // compressed
	orientation  int
	frames       int
	samples      int // of a pixel
	bitsPerPixel int
}

var errPNGChecksum = errors.New("png: checksum does not match")

// readPNG reads the chunks of a PNG file. The slices are the file's.
func readPNG(file []byte) (*pngFile, error) {
	p := &pngFile{}
	rest := file[len(content.PNG):]
	for first := true; ; first = false {
		if len(rest) < 12 || int64(len(rest)) < 12+int64(binary.BigEndian.Uint32(rest)) {
			return nil, io.ErrUnexpectedEOF
		}
		length := binary.BigEndian.Uint32(rest)
		name, body := string(rest[4:8]), rest[8:8+length]
		// A chunk whose name begins with a small letter is not needed for the pixels.
		needed := name[0]&0x20 == 0 || name == "tRNS"
		if needed && crc32.ChecksumIEEE(rest[4:8+length]) != binary.BigEndian.Uint32(rest[8+length:]) {
			return nil, errPNGChecksum
		}
		rest = rest[12+length:]
		if first != (name == "IHDR") {
			return nil, errors.New("png: the header is not the first chunk")
		}
		var err error
		switch name {
		case "IHDR":
			err = p.header(body)
		case "PLTE":
			err = p.colours(body)
		case "tRNS":
			err = p.transparency(body)
		case "IDAT":
			p.pixels = append(p.pixels, body)
		case "eXIf":
			p.orientation = exifOrientation(body)
		case "acTL":
			if len(body) == 8 {
				p.frames = int(binary.BigEndian.Uint32(body))
			}
		case "IEND":
			if p.pixels == nil {
				return nil, errors.New("png: no pixels")
			}
			if p.kind == pngPalette && p.palette == nil {
				return nil, errors.New("png: no palette")
			}
			return p, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (p *pngFile) header(body []byte) error {
	if len(body) != 13 {
		return errors.New("png: bad length of the header")
	}
	height, width := binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body)
	if height > 1<<31-1 || width > 1<<31-1 {
		return fmt.Errorf("png: bad image size %dx%d", height, width)
	}
	p.size = raster.Size{Height: int(height), Width: int(width)}
	p.depth, p.kind, p.interlaced = int(body[8]), int(body[9]), body[12] == 1
	depths := "" // as bytes
	switch p.kind {
	case pngGrey:
		p.samples, depths = 1, "\x01\x02\x04\x08\x10"
	case pngPalette:
		p.samples, depths = 1, "\x01\x02\x04\x08"
	case pngRGB:
		p.samples, depths = 3, "\x08\x10"
	case pngGreyAlpha:
		p.samples, depths = 2, "\x08\x10"
	case pngRGBA:
		p.samples, depths = 4, "\x08\x10"
	}
	for _, d := range []byte(depths) {
		if int(d) == p.depth && body[10] == 0 && body[11] == 0 && body[12] <= 1 {
			p.bitsPerPixel = p.samples * p.depth
			return nil
		}
	}
	return fmt.Errorf("png: unknown form: colour type %d, %d bits, methods %d, %d, %d", p.kind, p.depth, body[10], body[11], body[12])
}

func (p *pngFile) colours(body []byte) error {
	if p.kind != pngPalette {
		return nil // a suggestion
	}
	if len(body) == 0 || len(body) > 3*256 || len(body)%3 != 0 || p.palette != nil {
		return errors.New("png: bad palette")
	}
	p.palette = make([]color.NRGBA, 256) // colours that are not there are black
	for k := range p.palette {
		p.palette[k].A = 255
		if 3*k < len(body) {
			p.palette[k] = color.NRGBA{body[3*k], body[3*k+1], body[3*k+2], 255}
		}
	}
	return nil
}

func (p *pngFile) transparency(body []byte) error {
	switch {
	case p.kind == pngPalette && p.palette != nil && len(body) <= len(p.palette):
		for k, a := range body {
			p.palette[k].A = a
		}
	case (p.kind == pngGrey || p.kind == pngRGB) && len(body) == 2*p.samples:
		p.transparent = body
	default:
		return errors.New("png: bad transparency")
	}
	p.translucent = true
	return nil
}

func pngHeader(file *watched) (header, error) {
	p, err := readPNG(file.data)
	if err != nil {
		file.ended = err == io.ErrUnexpectedEOF
		return header{}, err
	}
	pixels := area(p.size)
	h := header{size: p.size, orientation: p.orientation, frames: p.frames, decode: p.decode}
	h.least = pixels * int64(p.bitsPerPixel) / 8 / maxInflation
	// The result, in colour until it is known to be grey, and two rows.
	h.memory = pixels + 2*pixels/int64(max(1, p.size.Height))*int64(p.bitsPerPixel)/8
	if p.kind != pngGrey || p.translucent {
		h.memory += raster.RGB * pixels
	}
	if p.orientation > 1 {
		h.memory += raster.RGB * pixels
	}
	return h, nil
}

// maxInflation bounds how many bytes one byte of a deflate stream can become (RFC 1951: 258 bytes
// for two bits).
const maxInflation = 1032

// rowBytes returns the length of so many pixels of a row.
func (p *pngFile) rowBytes(pixels int) int { return (pixels*p.bitsPerPixel + 7) / 8 }
