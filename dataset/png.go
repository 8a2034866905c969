package dataset

import (
	"image"
	"image/png"
	"io"

	"gorgan/dataset/atomicfile"
)

// WritePNG writes img as a PNG file with [atomicfile.Write].
func WritePNG(path string, img image.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, img) })
}
