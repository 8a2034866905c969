// Package film writes animations frame by frame, so that memory holds one of them: GIF and animated
// PNG in Go, MP4 and WebM with the program ffmpeg.
package film

import (
	"fmt"
	"image"
	"io"
)

// A Reel describes the frames of an animation, which plays for ever.
type Reel struct {
	Size   image.Point // of each frame, in pixels
	Grey   bool        // frames are grey, else in colours
	Frames int         // number of calls of Writer.Add, 1 or more
	Rate   int         // periods in a second, 1 to MostRate
}

// MostRate is the largest rate: each format can tell its period.
const MostRate = 1000

// A Writer writes the frames of an animation.
type Writer interface {
	// Add writes the next frame, which is shown for so many periods, 1 or more. Its bounds begin at 0
	// and have the size of the reel. It is an *image.Gray if the reel is grey, else an *image.NRGBA or an
	// *image.RGBA, whose opacity is ignored. Add does not keep it.
	Add(frame image.Image, periods int) error
	// Close ends the animation. It returns an error if there were not as many frames as the reel has.
	Close() error
}

// check returns an error if a frame does not fit the reel. added is the number of frames before it.
func (r Reel) check(frame image.Image, periods, added int) error {
	kind := "of another kind"
	switch frame.(type) {
	case *image.Gray:
		kind = "grey"
	case *image.NRGBA, *image.RGBA:
		kind = "in colours"
	}
	want := "in colours"
	if r.Grey {
		want = "grey"
	}
	switch {
	case frame.Bounds() != image.Rectangle{Max: r.Size}:
		return fmt.Errorf("film: frame %d has bounds %v, want those of %v", added, frame.Bounds(), r.Size)
	case kind != want:
		return fmt.Errorf("film: frame %d is %s (%T), want %s", added, kind, frame, want)
	case periods < 1:
		return fmt.Errorf("film: frame %d is shown for %d periods, want 1 or more", added, periods)
	case added == r.Frames:
		return fmt.Errorf("film: more than %d frames", r.Frames)
	}
	return nil
}

// complete returns an error unless all frames were added.
func (r Reel) complete(added int) error {
	if added != r.Frames {
		return fmt.Errorf("film: %d frames, want %d", added, r.Frames)
	}
	return nil
}

// colours calls use with each row of a frame in colours, from the top down, as bytes of red, green and
// blue. use must not keep the row.
func colours(frame image.Image, use func(y int, row []byte)) {
	b := frame.Bounds()
	row := make([]byte, 3*b.Dx())
	for y := range b.Dy() {
		switch f := frame.(type) {
		case *image.NRGBA:
			opaque(row, f.Pix[y*f.Stride:])
		case *image.RGBA:
			opaque(row, f.Pix[y*f.Stride:])
		}
		use(y, row)
	}
}

// opaque copies pixels without their opacity.
func opaque(rgb, rgba []byte) {
	for i := range len(rgb) / 3 {
		copy(rgb[3*i:3*i+3], rgba[4*i:])
	}
}

// all writes each part.
func all(w io.Writer, parts ...[]byte) error {
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}
