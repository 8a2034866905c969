package imagefile

import (
	"image/gif"

	"gorgan/dataset/raster"
)

func gifHeader(file *watched) (header, error) {
	config, err := gif.DecodeConfig(file)
	if err != nil {
		return header{}, err
	}
	size := raster.Size{Height: config.Height, Width: config.Width}
	// The canvas, and the frame's palette numbers and colours.
	return header{size: size, memory: (3 + 1 + 3) * area(size), frames: gifFrames(file.data),
		decode: func(file *watched, o Options) (flat, error) { return decodeGIF(file, size, o) }}, nil
}

// gifFrames counts the frames of a GIF file, as far as it is whole.
func gifFrames(data []byte) int {
	const header, trailer, extension, frame = 13, 0x3b, 0x21, 0x2c
	table := func(fields byte) int {
		if fields&0x80 == 0 {
			return 0
		}
		return 3 << (1 + fields&7)
	}
	skip := func(n int) byte { // returns the byte before the rest
		n = min(n, len(data))
		if n == 0 {
			return trailer
		}
		last := data[n-1]
		data = data[n:]
		return last
	}
	blocks := func() { // a length and so many bytes, up to the length 0
		for len(data) > 0 {
			if n := int(skip(1)); n == 0 || skip(n) == 0 && len(data) == 0 {
				return
			}
		}
	}
	if len(data) < header {
		return 0
	}
	fields := data[10]
	skip(header + table(fields))
	n := 0
	for len(data) > 0 {
		switch skip(1) {
		case extension:
			skip(1)
			blocks()
		case frame:
			n++
			fields := skip(9)
			skip(table(fields) + 1)
			blocks()
		default:
			return n
		}
	}
	return n
}

// decodeGIF decodes the first frame and puts it on its canvas, which is transparent where the frame
// does not reach.
func decodeGIF(file *watched, canvas raster.Size, o Options) (flat, error) {
	img, err := gif.Decode(file)
	if err != nil {
		return flat{}, err
	}
	return flatten(img, o.Background, 0).on(canvas, img.Bounds().Min, o.Background), nil
}
