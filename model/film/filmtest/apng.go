// Package filmtest reads animated PNG files for tests, independently of package film, and strictly.
package filmtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"time"
)

// A Frame is an image and how long it is shown.
type Frame struct {
	Image image.Image
	Time  time.Duration
}

type chunk struct {
	kind string
	data []byte
}

// ReadPNG reads an animated PNG that plays for ever, with frames of the size of the whole. It returns an error unless all
// chunks have their sum, the chunks of the animation have the numbers 0, 1, 2 and so on, and there are as many frames as the
// file says.
func ReadPNG(file []byte) (frames []Frame, err error) {
	chunks, err := split(file)
	if err != nil {
		return nil, err
	}
	if len(chunks) < 4 || chunks[0].kind != "IHDR" || chunks[1].kind != "acTL" || chunks[len(chunks)-1].kind != "IEND" {
		return nil, fmt.Errorf("chunks do not begin with IHDR and acTL, or do not end with IEND")
	}
	header, control := chunks[0].data, chunks[1].data
	if plays := binary.BigEndian.Uint32(control[4:]); plays != 0 {
		return nil, fmt.Errorf("%d plays", plays)
	}
	next := uint32(0)
	numbered := func(c chunk) error {
		if got := binary.BigEndian.Uint32(c.data); got != next {
			return fmt.Errorf("%s has number %d, want %d", c.kind, got, next)
		}
		next++
		return nil
	}
	rest := chunks[2 : len(chunks)-1]
	for len(rest) > 0 {
		c := rest[0]
		if c.kind != "fcTL" || len(c.data) != 26 {
			return nil, fmt.Errorf("%s of %d bytes, want fcTL", c.kind, len(c.data))
		}
		if err := numbered(c); err != nil {
			return nil, err
		}
		if !bytes.Equal(c.data[4:12], header[:8]) || !bytes.Equal(c.data[12:20], make([]byte, 8)) || c.data[24] != 0 || c.data[25] != 0 {
			return nil, fmt.Errorf("frame %d does not replace the whole: %x", len(frames), c.data)
		}
		var pixels []byte
		for rest = rest[1:]; len(rest) > 0 && rest[0].kind != "fcTL"; rest = rest[1:] {
			switch c := rest[0]; {
			case c.kind == "IDAT" && len(frames) == 0:
				pixels = append(pixels, c.data...)
			case c.kind == "fdAT" && len(frames) > 0:
				if err := numbered(c); err != nil {
					return nil, err
				}
				pixels = append(pixels, c.data[4:]...)
			default:
				return nil, fmt.Errorf("%s in frame %d", c.kind, len(frames))
			}
		}
		img, err := png.Decode(bytes.NewReader(join(chunk{"IHDR", header}, chunk{"IDAT", pixels}, chunk{"IEND", nil})))
		if err != nil {
			return nil, fmt.Errorf("frame %d: %w", len(frames), err)
		}
		num, den := binary.BigEndian.Uint16(c.data[20:]), binary.BigEndian.Uint16(c.data[22:])
		frames = append(frames, Frame{img, time.Duration(num) * time.Second / time.Duration(den)})
	}
	if n := binary.BigEndian.Uint32(control); int(n) != len(frames) {
		return nil, fmt.Errorf("%d frames, want %d as acTL says", len(frames), n)
	}
	return frames, nil
}

const signature = "\x89PNG\r\n\x1a\n"

// split returns the chunks of a PNG file.
func split(file []byte) (chunks []chunk, err error) {
	rest, ok := bytes.CutPrefix(file, []byte(signature))
	if !ok {
		return nil, fmt.Errorf("no PNG signature")
	}
	for len(rest) > 0 {
		if len(rest) < 12 || uint64(binary.BigEndian.Uint32(rest))+12 > uint64(len(rest)) {
			return nil, fmt.Errorf("cut chunk %d", len(chunks))
		}
		n := binary.BigEndian.Uint32(rest)
		c := chunk{string(rest[4:8]), rest[8 : 8+n]}
		if sum := binary.BigEndian.Uint32(rest[8+n:]); sum != crc32.ChecksumIEEE(rest[4:8+n]) {
			return nil, fmt.Errorf("%s, chunk %d, has the wrong sum", c.kind, len(chunks))
		}
		chunks, rest = append(chunks, c), rest[12+n:]
	}
	return chunks, nil
}

// join makes a PNG file.
func join(chunks ...chunk) []byte {
	b := []byte(signature)
	for _, c := range chunks {
		b = binary.BigEndian.AppendUint32(b, uint32(len(c.data)))
		body := append([]byte(c.kind), c.data...)
		b = append(b, body...)
		b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(body))
	}
	return b
}
