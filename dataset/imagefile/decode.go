// Package imagefile decodes image files: JPEG, PNG, GIF, BMP, TIFF and WebP. The content says which
// of them a file is, never its name.
package imagefile

import (
	"context"
	"fmt"

	"gorgan/dataset/raster"
)

// Info is what the header of an image file says.
type Info struct {
	Format string      // JPEG, PNG, GIF, BMP, TIFF or WebP
	Size   raster.Size // of the image, upright
	Bytes  int64       // memory that decoding takes, at most
}

// Options say how an image is decoded. The zero value is the full size on black.
type Options struct {
	Background [raster.RGB]uint8 // laid under pixels that are not opaque
	// Least is for a caller who scales the image to about this size. A JPEG is then decoded at half,
	// a quarter or an eighth of its size, which is faster, as long as both sides stay at least
	// twice as long as those of Least. The zero value asks for the full size.
	Least raster.Size
}

// Image is an image upright and on a background: in one channel if every pixel is grey, else in
// three.
type Image struct {
	raster.Image
	Format       string
	Stored       raster.Size // size in the file, upright; larger than the image's if it was decoded smaller
	FileChannels int         // in the file: 1 for grey, 3 for colours, 4 for CMYK or anything with alpha
	Alpha        bool        // some pixel was not opaque and was laid on the background
	Turned       bool        // turned or mirrored, as the EXIF data say
	Frames       int         // frames of an animation, or pages; the image is the first
}

// Inspect recognises an image file and reads its header. It refuses what Decode cannot decode as far
// as the header tells: another format, an image larger than the file can hold, and one that would
// take very much memory for so small a file. It allocates next to nothing. Errors wrap
// [content.ErrFormat], or [io.ErrUnexpectedEOF] if the file is cut short.
func Inspect(data []byte) (Info, error) {
	h, err := inspect(data)
	return Info{h.format, upright(h.size, h.orientation), h.memory}, err
}

// Decode decodes an image file. It refuses what Inspect refuses, before it allocates. A cancelled
// ctx ends the decoding, and its error is returned. Other errors wrap [content.ErrFormat], or
// [io.ErrUnexpectedEOF] if the file is cut short. Of several frames or pages, the first is decoded.
func Decode(ctx context.Context, data []byte, o Options) (Image, error) {
	h, err := inspect(data)
	if err != nil {
		return Image{}, err
	}
	if err := ctx.Err(); err != nil {
		return Image{}, err
	}
	file := &watched{ctx: ctx, data: data}
	got, err := guarded(h.decode)(file, o)
	if err != nil {
		return Image{}, file.broken(err)
	}
	im := Image{
		Image: got.Image, Format: h.format, Stored: upright(h.size, h.orientation),
		FileChannels: got.channels, Alpha: got.alpha, Turned: h.orientation > 1, Frames: h.frames,
	}
	if im.IsGrey() {
		im.Image = im.Grey()
	}
	return im, nil
}

// guarded makes an error of a panic. The decoders of golang.org/x/image, by their own words, may panic
// at a damaged file.
func guarded(decode func(*watched, Options) (flat, error)) func(*watched, Options) (flat, error) {
	return func(file *watched, o Options) (f flat, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("the decoder gave up: %v", p)
			}
		}()
		return decode(file, o)
	}
}
