package imagefile

import (
	"encoding/binary"
	"errors"
	"image/jpeg"

	"gorgan/dataset/raster"
)

// jpegFrame is what the header of a JPEG file says about the memory that decoding takes.
type jpegFrame struct {
	progressive bool
	components  []jpegComponent
	rgb         bool // the channels may be red, green and blue
	orientation int
}

type jpegComponent struct{ across, down int } // sampling factors

// scanJPEG reads the segments of a JPEG file up to its pixels.
func scanJPEG(file []byte) (f jpegFrame) {
	for rest := file[min(len(file), 2):]; len(rest) >= 4; {
		if rest[0] != 0xff || rest[1] == 0xff || rest[1] == 0 { // filling or foreign data
			rest = rest[1:]
			continue
		}
		marker, length := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if 0xd0 <= marker && marker <= 0xd7 { // a marker without a segment
			rest = rest[2:]
			continue
		}
		const pixels, end = 0xda, 0xd9
		if marker == pixels || marker == end || length < 2 || 2+length > len(rest) {
			break
		}
		segment := rest[4 : 2+length]
		switch {
		case 0xc0 <= marker && marker <= 0xc2 && len(segment) >= 6 && f.components == nil:
			f.progressive = marker == 0xc2
			for k := range int(segment[5]) {
				if c := 6 + 3*k; c+3 <= len(segment) {
					f.components = append(f.components, jpegComponent{int(segment[c+1] >> 4), int(segment[c+1] & 15)})
					f.rgb = f.rgb || k == 0 && segment[c] == 'R'
				}
			}
		case marker == 0xee && len(segment) >= 12 && segment[11] == 0:
			f.rgb = true
		case marker == 0xe1 && len(segment) > 6 && string(segment[:6]) == "Exif\x00\x00" && f.orientation == 0:
			f.orientation = exifOrientation(segment)
		}
		rest = rest[2+length:]
	}
	return f
}

func jpegHeader(file *watched) (header, error) {
	config, err := jpeg.DecodeConfig(file)
	if err != nil {
		return header{}, err
	}
	frame := scanJPEG(file.data)
	if frame.components == nil {
		return header{}, errors.New("jpeg: no frame header")
	}
	size := raster.Size{Height: config.Height, Width: config.Width}
	h := header{size: size, orientation: frame.orientation}
	across, down := 1, 1
	for _, c := range frame.components {
		across, down = max(across, c.across), max(down, c.down)
	}
	units := int64((size.Width+8*across-1)/(8*across)) * int64((size.Height+8*down-1)/(8*down))
	for _, c := range frame.components {
		samples := units * 64 * int64(c.across*c.down)
		h.memory += samples
		if frame.progressive { // coefficients, in 4 bytes each
			h.memory += 4 * samples
		}
	}
	pixels := area(size)
	switch len(frame.components) {
	case 1:
		h.memory += pixels
	case 3:
		h.memory += raster.RGB * pixels
		if frame.rgb { // it becomes RGBA on the way
			h.memory += 4 * pixels
		}
	default:
		h.memory += (4 + 4 + 3) * pixels
	}
	h.decode = func(file *watched, o Options) (flat, error) { return decodeJPEG(file, size, frame.orientation, o) }
	// Each block of 64 values takes at least a bit. A channel may have a quarter of the size.
	h.least = pixels / (4 * 64 * 8)
	return h, nil
}

func decodeJPEG(file *watched, size raster.Size, orientation int, o Options) (flat, error) {
	if n := eighths(size, o.Least); n < 8 {
		if im, ok := smallJPEG(file.data, n, func() bool { return file.ctx.Err() != nil }); ok {
			return flat{turn(im, orientation), im.Channels, false}, nil
		}
	}
	img, err := jpeg.Decode(file)
	if err != nil {
		return flat{}, err
	}
	return flatten(img, o.Background, orientation), nil
}

// eighths returns the smallest scale, in eighths, at which both sides stay at least twice as long as
// those of least, whichever way the image is turned.
func eighths(size, least raster.Size) int {
	side := 2 * max(least.Height, least.Width)
	if side == 0 {
		return 8
	}
	for _, n := range []int{1, 2, 4} {
		if size.Height*n >= 8*side && size.Width*n >= 8*side {
			return n
		}
	}
	return 8
}
