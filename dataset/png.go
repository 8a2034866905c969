package dataset

import (
	"image"
	"image/png"
	"io"

	"gorgan/dataset/atomicfile"
)

// RGB is the number of channels of a colour image: red, green and blue.
const RGB = 3

// WritePNG writes img as a PNG file with [atomicfile.Write].
func WritePNG(path string, img image.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, img) })
}
