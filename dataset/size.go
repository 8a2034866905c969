package dataset

import (
	"fmt"
	"strconv"
	"strings"
)

// maxPixels is the size of the largest image. A larger one is refused before it is decoded.
const maxPixels = 16 << 20

// maxResized is the size of the largest image that may be resized, such as a photo. Images of
// more than maxPixels are decoded one at a time.
const maxResized = 128 << 20

// errTooManyPixels is wrapped by errors about images that are too large.
var errTooManyPixels = fmt.Errorf("%w", ErrFormat)

// Size is an image's height and width in pixels.
type Size struct {
	Height int `json:"height"`
	Width  int `json:"width"`
}

// String writes the height, an x and the width: "28x28".
func (s Size) String() string { return fmt.Sprintf("%dx%d", s.Height, s.Width) }

// Area returns Height times Width, the number of pixels.
func (s Size) Area() int { return s.Height * s.Width }

// ParseSize reads what [Size.String] writes. Both sides must be at least 1, and the image must
// have at most 16 Mi pixels. The error wraps [ErrFormat].
func ParseSize(text string) (Size, error) {
	h, w, _ := strings.Cut(text, "x")
	height, errH := strconv.ParseUint(h, 10, 31)
	width, errW := strconv.ParseUint(w, 10, 31)
	if errH != nil || errW != nil {
		return Size{}, fmt.Errorf("dataset: size %q: want height x width in pixels, like 28x28: %w", text, ErrFormat)
	}
	s := Size{int(height), int(width)}
	if err := s.check(); err != nil {
		return Size{}, fmt.Errorf("dataset: size %q: %w", text, err)
	}
	return s, nil
}

// check returns an error unless an image may have this size.
func (s Size) check() error { return s.atMost(maxPixels) }

// atMost is check with another largest number of pixels.
func (s Size) atMost(most int) error {
	if s.Height < 1 || s.Width < 1 {
		return fmt.Errorf("image size is %v, want at least 1x1: %w", s, ErrFormat)
	}
	if s.Height > most || s.Width > most/s.Height {
		return fmt.Errorf("image size is %v, want at most %d pixels: %w", s, most, errTooManyPixels)
	}
	return nil
}
