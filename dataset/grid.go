package dataset

import (
	"fmt"
	"image"
	"image/png"
	"io"
)

// maxCanvas is the largest grid drawn, in pixels.
const maxCanvas = 1 << 28

// Grid lays images of one size on a canvas of rows x cols cells, row by row, without gaps.
// pixels is the grey bytes of image after image. With fewer images than cells the rest stays
// black; more, or a part of an image, is an error that wraps [ErrFormat].
func Grid(pixels []byte, size Size, rows, cols int) (*image.Gray, error) {
	if err := size.check(); err != nil {
		return nil, fmt.Errorf("dataset: grid: %w", err)
	}
	n := size.Pixels()
	if rows < 1 || cols < 1 || rows > maxCanvas/n/cols {
		return nil, fmt.Errorf("dataset: grid of %d rows and %d columns of %v: expected at least one of each and at most %d pixels: %w",
			rows, cols, size, maxCanvas, ErrFormat)
	}
	if len(pixels)%n != 0 || len(pixels)/n > rows*cols {
		return nil, fmt.Errorf("dataset: grid: got %d pixels, expected whole images of %v, %d pixels each, and at most %d of them: %w",
			len(pixels), size, n, rows*cols, ErrFormat)
	}
	canvas := image.NewGray(image.Rect(0, 0, cols*size.Width, rows*size.Height))
	for i := range len(pixels) / n {
		top, left := i/cols*size.Height, i%cols*size.Width
		for y := range size.Height {
			row := pixels[i*n+y*size.Width:][:size.Width]
			copy(canvas.Pix[(top+y)*canvas.Stride+left:], row)
		}
	}
	return canvas, nil
}

// WritePNG writes img as a PNG file, by [WriteFile].
func WritePNG(path string, img image.Image) error {
	return WriteFile(path, func(w io.Writer) error { return png.Encode(w, img) })
}
