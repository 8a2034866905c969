package raster

import (
	"fmt"
	"strconv"
	"strings"

	"gorgan/dataset/content"
)

// MaxPixels is the number of pixels of the largest image of a set. A file can hold a larger image,
// from which the image of the set is made.
const MaxPixels = 16 << 20

// Size is an image's height and width in pixels.
type Size struct {
	Height int `json:"height"`
	Width  int `json:"width"`
}

// String writes the height, an x and the width: "28x28".
func (s Size) String() string { return fmt.Sprintf("%dx%d", s.Height, s.Width) }

// Area returns Height times Width, the number of pixels.
func (s Size) Area() int { return s.Height * s.Width }

// ParseSize reads what [Size.String] writes, or the side of a square: 28 is 28x28. The size must be
// one that [Size.Check] allows. The error wraps [content.ErrFormat].
func ParseSize(text string) (Size, error) {
	h, w, two := strings.Cut(text, "x")
	if !two {
		w = h
	}
	height, errH := strconv.ParseUint(h, 10, 31)
	width, errW := strconv.ParseUint(w, 10, 31)
	if errH != nil || errW != nil {
		return Size{}, fmt.Errorf("size is %.40q, want a side in pixels like 28, or height x width like 28x28: %w", text, content.ErrFormat)
	}
	s := Size{int(height), int(width)}
	if err := s.Check(); err != nil {
		return Size{}, fmt.Errorf("size is %.40q: %w", text, err)
	}
	return s, nil
}

// Check returns an error unless both sides are at least 1 and there are at most [MaxPixels] pixels.
// The error wraps [content.ErrFormat].
func (s Size) Check() error {
	if s.Height < 1 || s.Width < 1 {
		return fmt.Errorf("image size is %v, want at least 1x1: %w", s, content.ErrFormat)
	}
	if s.Height > MaxPixels || s.Width > MaxPixels/s.Height {
		return fmt.Errorf("image size is %v, want at most %d pixels: %w", s, MaxPixels, content.ErrFormat)
	}
	return nil
}
