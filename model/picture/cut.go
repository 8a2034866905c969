package picture

import (
	"fmt"
	"image"

	"gorgan/dataset/raster"
)

// Size returns the size of the picture, in pixels.
func (g Grid) Size() image.Point { return image.Pt(g.width(), g.height()) }

// Cut returns the pixels of image i of img, a picture of g that was drawn before. The slice is new. It
// returns an error if img has another size, or no image i.
func (g Grid) Cut(img image.Image, i int) ([]byte, error) {
	if size := img.Bounds().Size(); size != g.Size() {
		return nil, fmt.Errorf("a picture of %dx%d pixels, want %dx%d", size.X, size.Y, g.width(), g.height())
	}
	if i < 0 || i >= g.rows*g.cols {
		return nil, fmt.Errorf("image %d of a picture, want 0 to %d", i, g.rows*g.cols-1)
	}
	pixels := make([]byte, 0, g.shape.Values())
	at := g.cell(i).Min.Add(img.Bounds().Min)
	for y := range g.shape.Height {
		for x := range g.shape.Width {
			r, green, b, _ := img.At(at.X+x*g.Scale, at.Y+y*g.Scale).RGBA()
			colour := [raster.RGB]byte{byte(r >> 8), byte(green >> 8), byte(b >> 8)}
			pixels = append(pixels, colour[:g.shape.Channels]...)
		}
	}
	return pixels, nil
}
