package dataset

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// maxImageFile is the largest image file that is read. Even the largest image, uncompressed,
// is smaller.
const maxImageFile = 256 << 20

// errTooManyPixels is wrapped by errors about images that are too large.
var errTooManyPixels = fmt.Errorf("%w", content.ErrFormat)

// maxResized is the number of pixels of the largest image that may be resized.
const maxResized = 128 << 20

var (
	jpegMagic = []byte{0xff, 0xd8, 0xff}
	pngMagic  = []byte("\x89PNG\r\n\x1a\n")
)

// decoded is an image file's content in grey, without gaps between the rows.
type decoded struct {
	grey     *image.Gray
	channels int  // in the file: 1 grey, 3 colour, 4 CMYK or anything with alpha
	coloured bool // some pixel is visibly not grey
	clear    bool // some pixel is not opaque
	turned   bool // a JPEG's EXIF data ask to turn or mirror the image, which is not done
}

// decodeGrey decodes a JPEG or PNG file of at most the given number of pixels. The content
// decides which of the two it is. If the image is cut short, the error wraps
// io.ErrUnexpectedEOF. A cancelled ctx ends the decoding, which can take long for a
// progressive JPEG.
func decodeGrey(ctx context.Context, data []byte, most int) (d decoded, err error) {
	var decodeConfig func(io.Reader) (image.Config, error)
	var decode func(io.Reader) (image.Image, error)
	switch {
	case len(data) == 0:
		return d, fmt.Errorf("file is empty: %w", io.ErrUnexpectedEOF)
	case bytes.HasPrefix(data, jpegMagic):
		decodeConfig, decode = jpeg.DecodeConfig, jpeg.Decode
	case bytes.HasPrefix(data, pngMagic):
		decodeConfig, decode = png.DecodeConfig, png.Decode
	default:
		if kind := content.Name(data); kind != "" {
			return d, fmt.Errorf("is %s, want JPEG or PNG: %w", kind, content.ErrFormat)
		}
		return d, fmt.Errorf("content is neither JPEG nor PNG: %w", content.ErrFormat)
	}
	file := &watched{ctx: ctx, data: data}
	config, err := decodeConfig(file)
	if err != nil {
		return d, file.broken(err)
	}
	size := raster.Size{Height: config.Height, Width: config.Width}
	if size.Height > most || size.Width > most/max(1, size.Height) {
		return d, fmt.Errorf("image size is %v, want at most %d pixels: %w", size, most, errTooManyPixels)
	}
	if !holdsImage(data, size) {
		return d, fmt.Errorf("image is cut short: header says %v, more than %d bytes can hold: %w", size, len(data), io.ErrUnexpectedEOF)
	}
	file = &watched{ctx: ctx, data: data}
	img, err := decode(file)
	if err != nil {
		return d, file.broken(err)
	}
	d = toGrey(img)
	d.turned = orientation(data) > 1
	return d, nil
}

// holdsImage reports whether a file is long enough for the size in its header. The decoders
// allocate memory for that size before they read the rest.
func holdsImage(data []byte, size raster.Size) bool {
	pixels, length := int64(size.Area()), int64(len(data))
	if bytes.HasPrefix(data, pngMagic) {
		const depth = 24 // the offset of the bits per channel; a pixel has at least one bit
		return pixels*int64(data[depth])/8 <= length*maxInflation
	}
	// Each block of 64 values takes at least a bit. A channel may have a quarter of the size.
	return pixels <= 4*64*8*length
}

// watched reads data and notes whether the reader asked for more than there is, because the
// errors of the decoders do not always say so.
type watched struct {
	ctx   context.Context
	data  []byte
	ended bool
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	if len(w.data) == 0 {
		w.ended = true
		return 0, io.EOF
	}
	n := copy(p, w.data)
	w.data = w.data[n:]
	return n, nil
}

// broken returns an error that says what a decoder's error means.
func (w *watched) broken(err error) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.ended {
		return fmt.Errorf("image is cut short: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("%w: %w", err, content.ErrFormat)
}

// toGrey copies an image to grey and notes what the grey image loses.
func toGrey(img image.Image) decoded {
	b := img.Bounds()
	grey := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if src, ok := img.(*image.Gray); ok {
		for y := range b.Dy() {
			from := src.PixOffset(b.Min.X, b.Min.Y+y)
			copy(grey.Pix[y*grey.Stride:], src.Pix[from:from+b.Dx()])
		}
		return decoded{grey: grey, channels: 1}
	}
	if src, ok := img.(*image.Gray16); ok {
		for k := range grey.Pix {
			grey.Pix[k] = uint8(src.Gray16At(b.Min.X+k%grey.Stride, b.Min.Y+k/grey.Stride).Y >> 8)
		}
		return decoded{grey: grey, channels: 1}
	}
	at, channels := colours(img)
	coloured := false
	for k := range grey.Pix {
		r, g, b := at(b.Min.X+k%grey.Stride, b.Min.Y+k/grey.Stride)
		grey.Pix[k] = luma(r, g, b)
		coloured = coloured || max(r, g, b)-min(r, g, b) > nearly
	}
	opaque, ok := img.(interface{ Opaque() bool })
	return decoded{grey: grey, channels: channels, coloured: coloured, clear: ok && !opaque.Opaque()}
}

// colours gives access to an image's colours, 8 bits each. Alpha is ignored: the colours are
// not multiplied by it. Of 16 bits, the high 8 are used.
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

// luma is TensorFlow's rgb_to_grayscale on uint8. It divides the channels by 255, weighs them
// by .2989, .5870 and .1140, and converts back with trunc(255.5 x). It is computed exactly, as
// trunc(511 (2989 r + 5870 g + 1140 b) / 5100000). The weights sum to .9999, so grey stays
// the same grey and nothing exceeds 255.
func luma(r, g, b uint8) uint8 {
	return uint8(511 * (2989*uint32(r) + 5870*uint32(g) + 1140*uint32(b)) / 5_100_000)
}

func sizeOf(img image.Image) raster.Size {
	return raster.Size{Height: img.Bounds().Dy(), Width: img.Bounds().Dx()}
}
