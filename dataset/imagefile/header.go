package imagefile

import (
	"context"
	"fmt"
	"io"

	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// header is what a format reads before pixels.
type header struct {
	format      string
	size        raster.Size // as stored, before turning
	memory      int64       // bytes that decoding takes, at most
	least       int64       // bytes that the file has, at least
	orientation int         // EXIF's, 1 to 8; 0 if there is none
	frames      int
	decode      func(*watched, Options) (flat, error)
}

// area returns the pixels of a size. More than any file can hold are fewer, so that nothing overflows.
func area(s raster.Size) int64 { return min(int64(s.Height)*int64(s.Width), 1<<40) }

// flat is an image upright and on a background.
type flat struct {
	raster.Image
	channels int // in the file
	alpha    bool
}

// headerOf returns what reads the header of a format, which has the name that [content.Name] gives
// it. It may rely on the first bytes.
func headerOf(format string) func(*watched) (header, error) {
	switch format {
	case "JPEG":
		return jpegHeader
	case "PNG":
		return pngHeader
	case "GIF":
		return gifHeader
	case "BMP":
		return bmpHeader
	case "TIFF":
		return tiffHeader
	case "WebP":
		return webpHeader
	}
	return nil
}

// Reads reports whether a file that begins with head is an image of a format that Decode reads.
func Reads(head []byte) bool { return headerOf(content.Name(head)) != nil }

func inspect(data []byte) (header, error) {
	if len(data) == 0 {
		return header{}, fmt.Errorf("file is empty: %w", io.ErrUnexpectedEOF)
	}
	name := content.Name(data)
	read := headerOf(name)
	if read == nil {
		return header{}, notAnImage(name)
	}
	file := &watched{ctx: context.Background(), data: data}
	h, err := read(file)
	if err != nil {
		return header{}, file.broken(err)
	}
	h.format, h.frames = name, max(h.frames, 1)
	return h, h.check(int64(len(data)))
}

// notAnImage says what a file is that is no image that can be decoded.
func notAnImage(name string) error {
	const formats = "JPEG, PNG, GIF, BMP, TIFF or WebP"
	switch name {
	case "":
		return fmt.Errorf("content is not an image, want %s: %w", formats, content.ErrFormat)
	case "HEIC", "AVIF", "JPEG XL":
		return fmt.Errorf("is %s, want %s; convert it to JPEG or PNG: %w", name, formats, content.ErrFormat)
	}
	return fmt.Errorf("is %s, want %s: %w", name, formats, content.ErrFormat)
}

// A file whose image takes more memory than both of these is taken for a bomb.
const (
	muchMemory = 256 << 20
	muchRatio  = 100 // of the file's length
)

// check refuses an image that the file cannot hold, and a decompression bomb.
func (h header) check(length int64) error {
	switch {
	case h.size.Height < 1 || h.size.Width < 1:
		return fmt.Errorf("image size is %v, want at least 1x1: %w", h.size, content.ErrFormat)
	case h.least > length:
		return fmt.Errorf("image is cut short: header says %v, more than %d bytes can hold: %w", h.size, length, io.ErrUnexpectedEOF)
	case h.memory > muchMemory && h.memory/muchRatio > length:
		return fmt.Errorf("image size is %v, which takes %d MB, over %d times the %d bytes of the file, as a decompression bomb does: %w",
			h.size, h.memory>>20, muchRatio, length, content.ErrFormat)
	}
	return nil
}
