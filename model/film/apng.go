package film

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
)

// pngSignature begins a PNG file.
const pngSignature = "\x89PNG\r\n\x1a\n"

// apng writes an animated PNG: https://www.w3.org/TR/png-3, sections 4.9 and 11.3.6. A program that knows
// still PNG files alone shows the first frame.
type apng struct {
	Reel
	to    io.Writer
	added int
	next  uint32 // see number
	one   bytes.Buffer
}

// NewPNG returns a writer of an animated PNG. The caller writes to a file of its own: Close does not
// close it. The same frames make the same bytes.
func NewPNG(w io.Writer, r Reel) Writer { return &apng{Reel: r, to: w} }

func (a *apng) Add(frame image.Image, periods int) error {
	if err := a.check(frame, periods, a.added); err != nil {
		return err
	}
	if periods > 1<<16-1 {
		return fmt.Errorf("film: a frame of %d periods, want at most %d", periods, 1<<16-1)
	}
	a.one.Reset()
	// Each frame is one PNG, whose parts are put into the file.
	if err := png.Encode(&a.one, frame); err != nil {
		return err
	}
	rest := a.one.Bytes()[len(pngSignature):]
	for len(rest) > 0 {
		n := binary.BigEndian.Uint32(rest)
		kind, data := string(rest[4:8]), rest[8:8+n]
		rest = rest[12+n:]
		var err error
		switch {
		case kind == "IHDR":
			err = a.begin(data, periods)
		case kind == "IDAT" && a.added == 0:
			err = a.chunk(kind, data)
		case kind == "IDAT":
			err = a.chunk("fdAT", binary.BigEndian.AppendUint32(nil, a.number()), data)
		}
		if err != nil {
			return err
		}
	}
	a.added++
	return nil
}

// begin writes what stands before the pixels of a frame: the size, the place, and the time. The last two bytes
// say that the frame takes the place of the one before. Before the first frame stands what holds for
// all; 0 plays are plays without end.
func (a *apng) begin(header []byte, periods int) error {
	if a.added == 0 {
		if err := all(a.to, []byte(pngSignature)); err != nil {
			return err
		}
		if err := a.chunk("IHDR", header); err != nil {
			return err
		}
		if err := a.chunk("acTL", binary.BigEndian.AppendUint32(nil, uint32(a.Frames)), make([]byte, 4)); err != nil {
			return err
		}
	}
	var b []byte
	for _, v := range []uint32{a.number(), uint32(a.Size.X), uint32(a.Size.Y), 0, 0} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(periods))
	b = binary.BigEndian.AppendUint16(b, uint16(a.Rate))
	return a.chunk("fcTL", append(b, 0, 0))
}

// number returns the number of the next chunk of the animation.
func (a *apng) number() uint32 {
	a.next++
	return a.next - 1
}

// chunk writes a chunk of the data of parts.
func (a *apng) chunk(kind string, parts ...[]byte) error {
	sum, n := crc32.NewIEEE(), 0
	sum.Write([]byte(kind))
	for _, p := range parts {
		sum.Write(p)
		n += len(p)
	}
	if err := all(a.to, binary.BigEndian.AppendUint32(nil, uint32(n)), []byte(kind)); err != nil {
		return err
	}
	if err := all(a.to, parts...); err != nil {
		return err
	}
	return all(a.to, binary.BigEndian.AppendUint32(nil, sum.Sum32()))
}

func (a *apng) Close() error {
	if err := a.complete(a.added); err != nil {
		return err
	}
	return a.chunk("IEND")
}
