package imagefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/webp"
	"gorgan/dataset/raster"
)

func webpHeader(file *watched) (header, error) {
	config, err := webp.DecodeConfig(file)
	if err != nil {
		return header{}, err
	}
	canvas := raster.Size{Height: config.Height, Width: config.Width}
	// Pixels in four bytes, once more where a palette is undone; the frame, its canvas and the turned result.
	h := header{size: canvas, memory: (8 + 3*3) * area(canvas)}
	h.decode = func(file *watched, o Options) (flat, error) { return decodeWebP(file, h.orientation, o) }
	var first []byte
	riffChunks(file.data[min(len(file.data), riffHeader):], func(name string, body []byte) {
		switch name {
		case "EXIF":
			h.orientation = exifOrientation(body)
		case "ANMF":
			if h.frames++; h.frames == 1 {
				first = body
			}
		}
	})
	if first != nil {
		h.decode = func(file *watched, o Options) (flat, error) {
			f, err := decodeWebPFrame(first, canvas, o)
			f.Image = turn(f.Image, h.orientation)
			return f, err
		}
	}
	return h, nil
}

const riffHeader = 12 // "RIFF", a length, "WEBP"

// riffChunks goes through chunks as far as they are whole.
func riffChunks(data []byte, chunk func(name string, body []byte)) {
	for len(data) >= 8 {
		name, length := string(data[:4]), int64(binary.LittleEndian.Uint32(data[4:]))
		data = data[8:]
		if length > int64(len(data)) {
			return
		}
		chunk(name, data[:length])
		data = data[min(length+length&1, int64(len(data))):] // even
	}
}

func decodeWebP(file *watched, orientation int, o Options) (flat, error) {
	img, err := webp.Decode(file)
	if err != nil {
		return flat{}, err
	}
	return flatten(img, o.Background, orientation), nil
}

// decodeWebPFrame decodes a frame of an animation and puts it on its canvas. The frame is four
// numbers of 24 bits, half the left and the upper offset, the width and the height less one;
// 4 bytes more; and the chunks of a file.
func decodeWebPFrame(frame []byte, canvas raster.Size, o Options) (flat, error) {
	if len(frame) < 16 {
		return flat{}, errors.New("webp: bad frame")
	}
	number := func(k int) int { return int(frame[3*k]) | int(frame[3*k+1])<<8 | int(frame[3*k+2])<<16 }
	at := image.Pt(2*number(0), 2*number(1))
	size := raster.Size{Height: number(3) + 1, Width: number(2) + 1}
	if at.X+size.Width > canvas.Width || at.Y+size.Height > canvas.Height {
		return flat{}, errors.New("webp: the frame is larger than its canvas")
	}
	body := []byte("WEBP")
	riffChunks(frame[16:], func(name string, _ []byte) {
		if name == "ALPH" && len(body) == 4 {
			const alpha = 1 << 4
			body = append(body, "VP8X\x0a\x00\x00\x00"...)
			body = append(body, alpha, 0, 0, 0)
			body = append(body, frame[6:12]...)
		}
	})
	body = append(body, frame[16:]...)
	file := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
	config, err := webp.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return flat{}, err
	}
	if config.Width != size.Width || config.Height != size.Height {
		return flat{}, errors.New("webp: the frame has another size than it says")
	}
	img, err := webp.Decode(bytes.NewReader(file))
	if err != nil {
		return flat{}, err
	}
	return flatten(img, o.Background, 0).on(canvas, at, o.Background), nil
}
