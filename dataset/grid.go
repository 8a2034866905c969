package dataset

import (
	"fmt"
	"image"
	"image/png"
	"io"

	"gorgan/dataset/atomicfile"
)

// maxCanvas is the largest grid drawn, in pixels.
const maxCanvas = 1 << 28

// RGB is the number of channels of a colour image: red, green and blue.
const RGB = 3

// Grid lays images of one size on a canvas of rows x cols cells, row by row, without gaps.
// pixels is the bytes of image after image, an image's channels one after the other,
// Height*Width bytes each: a single one is grey and gives an *image.Gray, [RGB] of them are
// colours and give an opaque *image.NRGBA. With fewer images than cells the rest stays black;
// more, or a part of an image, is an error that wraps [ErrFormat].
func Grid(pixels []byte, size Size, channels, rows, cols int) (image.Image, error) {
	if err := size.check(); err != nil {
		return nil, fmt.Errorf("dataset: grid: %w", err)
	}
	if channels != 1 && channels != RGB {
		return nil, fmt.Errorf("dataset: grid: images of %d channels, expected 1 or %d: %w", channels, RGB, ErrFormat)
	}
	if rows < 1 || cols < 1 || rows > maxCanvas/size.Pixels()/cols {
		return nil, fmt.Errorf("dataset: grid of %d rows and %d columns of %v: expected at least one of each and at most %d pixels: %w",
			rows, cols, size, maxCanvas, ErrFormat)
	}
	if n := channels * size.Pixels(); len(pixels)%n != 0 || len(pixels)/n > rows*cols {
		return nil, fmt.Errorf("dataset: grid: got %d bytes, expected whole images of %v, %d bytes each, and at most %d of them: %w",
			len(pixels), size, n, rows*cols, ErrFormat)
	}
	bounds := image.Rect(0, 0, cols*size.Width, rows*size.Height)
	if channels == 1 {
		canvas := image.NewGray(bounds)
		lay(canvas.Pix, canvas.Stride, 1, pixels, size, channels, cols)
		return canvas, nil
	}
	canvas := image.NewNRGBA(bounds)
	const alpha = RGB // comes after the colours
	for i := alpha; i < len(canvas.Pix); i += alpha + 1 {
		canvas.Pix[i] = 0xff
	}
	lay(canvas.Pix, canvas.Stride, alpha+1, pixels, size, channels, cols)
	return canvas, nil
}

// lay writes planar images to a canvas whose pixels are step bytes each, and whose rows
// stride.
func lay(canvas []byte, stride, step int, pixels []byte, size Size, channels, cols int) {
	row := 0
	for source := pixels; len(source) > 0; source = source[size.Width:] {
		plane, y := row/size.Height, row%size.Height
		cell, channel := plane/channels, plane%channels
		to := canvas[(cell/cols*size.Height+y)*stride+cell%cols*size.Width*step+channel:]
		for x, v := range source[:size.Width] {
			to[x*step] = v
		}
		row++
	}
}

// WritePNG writes img as a PNG file, by [atomicfile.Write].
func WritePNG(path string, img image.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, img) })
}
