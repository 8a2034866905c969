package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
)

// maxImageFile is the largest image file read: the largest image, uncompressed, is smaller.
const maxImageFile = 256 << 20

var (
	jpegMagic = []byte{0xff, 0xd8, 0xff}
	pngMagic  = []byte("\x89PNG\r\n\x1a\n")
)

// readGrey reads the image file at path: see [decodeGrey].
func readGrey(path string) (*image.Gray, int, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, plain(err)
	case info.IsDir():
		return nil, 0, errors.New("is a folder")
	case !info.Mode().IsRegular():
		return nil, 0, errors.New("is not a regular file")
	case info.Size() > maxImageFile:
		return nil, 0, fmt.Errorf("file is %d bytes, expected at most %d", info.Size(), maxImageFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, plain(err)
	}
	return decodeGrey(data)
}

// decodeGrey decodes a JPEG or PNG file, told apart by content, to grey, without gaps between
// the rows. channels is 1 for a grey image, 3 for colour, 4 for CMYK or anything with alpha.
// An image cut short gives an error that wraps io.ErrUnexpectedEOF.
func decodeGrey(data []byte) (grey *image.Gray, channels int, err error) {
	var decodeConfig func(io.Reader) (image.Config, error)
	var decode func(io.Reader) (image.Image, error)
	switch {
	case len(data) == 0:
		return nil, 0, fmt.Errorf("file is empty: %w", io.ErrUnexpectedEOF)
	case bytes.HasPrefix(data, jpegMagic):
		decodeConfig, decode = jpeg.DecodeConfig, jpeg.Decode
	case bytes.HasPrefix(data, pngMagic):
		decodeConfig, decode = png.DecodeConfig, png.Decode
	default:
		return nil, 0, fmt.Errorf("content is neither JPEG nor PNG: %w", ErrFormat)
	}
	file := &watched{data: data}
	config, err := decodeConfig(file)
	if err != nil {
		return nil, 0, file.broken(err)
	}
	if err := (Size{config.Height, config.Width}).check(); err != nil {
		return nil, 0, err
	}
	file = &watched{data: data}
	img, err := decode(file)
	if err != nil {
		return nil, 0, file.broken(err)
	}
	grey, channels = toGrey(img)
	return grey, channels, nil
}

// watched reads data and notes whether more was asked for than there is: the decoders do not
// always say so in their errors.
type watched struct {
	data  []byte
	ended bool
}

func (w *watched) Read(p []byte) (int, error) {
	if len(w.data) == 0 {
		w.ended = true
		return 0, io.EOF
	}
	n := copy(p, w.data)
	w.data = w.data[n:]
	return n, nil
}

// broken is what a decoder's error means.
func (w *watched) broken(err error) error {
	if w.ended {
		return fmt.Errorf("image is cut short: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("%w: %w", err, ErrFormat)
}

// toGrey copies an image to grey and counts the channels it had.
func toGrey(img image.Image) (*image.Gray, int) {
	b := img.Bounds()
	grey := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if src, ok := img.(*image.Gray); ok {
		for y := range b.Dy() {
			from := src.PixOffset(b.Min.X, b.Min.Y+y)
			copy(grey.Pix[y*grey.Stride:], src.Pix[from:from+b.Dx()])
		}
		return grey, 1
	}
	if src, ok := img.(*image.Gray16); ok {
		for k := range grey.Pix {
			grey.Pix[k] = uint8(src.Gray16At(b.Min.X+k%grey.Stride, b.Min.Y+k/grey.Stride).Y >> 8)
		}
		return grey, 1
	}
	at, channels := colours(img)
	for k := range grey.Pix {
		grey.Pix[k] = luma(at(b.Min.X+k%grey.Stride, b.Min.Y+k/grey.Stride))
	}
	return grey, channels
}

// colours gives access to an image's colours, 8 bits each, without its alpha: not multiplied
// by it either. Of 16 bits the high 8 are taken.
func colours(img image.Image) (at func(x, y int) (r, g, b uint8), channels int) {
	switch src := img.(type) {
	case *image.YCbCr:
		return func(x, y int) (uint8, uint8, uint8) {
			c := src.YCbCrAt(x, y)
			return color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
		}, 3
	case *image.RGBA: // the decoders give it only to images without alpha
		return func(x, y int) (uint8, uint8, uint8) { c := src.RGBAAt(x, y); return c.R, c.G, c.B }, 3
	case *image.RGBA64: // likewise
		return func(x, y int) (uint8, uint8, uint8) {
			c := src.RGBA64At(x, y)
			return uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8)
		}, 3
	case *image.NRGBA:
		return func(x, y int) (uint8, uint8, uint8) { c := src.NRGBAAt(x, y); return c.R, c.G, c.B }, 4
	case *image.NRGBA64:
		return func(x, y int) (uint8, uint8, uint8) {
			c := src.NRGBA64At(x, y)
			return uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8)
		}, 4
	}
	channels = 4
	if p, ok := img.(*image.Paletted); ok && p.Opaque() {
		channels = 3
	}
	return func(x, y int) (uint8, uint8, uint8) {
		c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
		return c.R, c.G, c.B
	}, channels
}

// luma is TensorFlow's rgb_to_grayscale on uint8: the channels divided by 255, weighted by
// .2989, .5870 and .1140, and brought back by trunc(255.5 x). It is computed exactly, as
// trunc(511 (2989 r + 5870 g + 1140 b) / 5100000). The weights sum to .9999, so grey stays
// the same grey and nothing exceeds 255.
func luma(r, g, b uint8) uint8 {
	return uint8(511 * (2989*uint32(r) + 5870*uint32(g) + 1140*uint32(b)) / 5_100_000)
}

func sizeOf(img image.Image) Size {
	return Size{img.Bounds().Dy(), img.Bounds().Dx()}
}
