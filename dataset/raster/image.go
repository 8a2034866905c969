// Package raster is the pixels of images in memory: bytes in rows, of one or three channels.
package raster

import "fmt"

// RGB is the number of channels of a colour image: red, green and blue.
const RGB = 3

// Shape is the size and the number of channels of an image: 1 for grey, RGB for colours.
type Shape struct {
	Size
	Channels int `json:"channels"`
}

// Grey returns the shape of grey images of a size.
func Grey(size Size) Shape { return Shape{size, 1} }

// Values returns the number of bytes of an image.
func (s Shape) Values() int { return s.Area() * s.Channels }

// String writes the size, and the channels if there are several: "28x28", "64x64x3".
func (s Shape) String() string {
	if s.Channels == 1 {
		return s.Size.String()
	}
	return fmt.Sprintf("%vx%d", s.Size, s.Channels)
}

// Image is an image: rows from the top down, in a row pixel after pixel, in a pixel channel after
// channel. Nothing lies between the rows. Bytes go from 0, black, to 255.
type Image struct {
	Shape
	Pix []byte
}

// New returns a black image.
func New(s Shape) Image { return Image{s, make([]byte, s.Values())} }
