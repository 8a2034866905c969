package array

import (
	"fmt"
	"math"
	"strings"

	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// layout is how the values of an image lie in an array.
type layout struct {
	count  int
	shape  raster.Shape
	planes bool   // channel after channel, and not pixel after pixel
	note   string // how it was read, where this is not plain
}

// layoutOf reads the lengths of an array's axes: (N,H,W), (N,H,W,C), (N,C,H,W) or (N,pixels), where
// C is 1 or 3 channels.
func layoutOf(dims []int64) (l layout, err error) {
	axes, channels := axesOf(dims), int64(1)
	for _, d := range dims {
		if d < 1 {
			return l, fmt.Errorf("array of shape %s is empty, want 1 or more images: %w", axes, content.ErrFormat)
		}
	}
	channel := func(d int64) bool { return d == 1 || d == raster.RGB }
	height, width := int64(0), int64(0)
	switch {
	case len(dims) == 2:
		side := int64(math.Sqrt(float64(dims[1])))
		if side*side != dims[1] {
			channels = raster.RGB
			if side = int64(math.Sqrt(float64(dims[1] / raster.RGB))); raster.RGB*side*side != dims[1] {
				return l, fmt.Errorf("array of shape %s has images of %d values, want the pixels of a square, or 3 times as many: %w", axes, dims[1], content.ErrFormat)
			}
		}
		height, width = side, side
		l.note = flatNote(side, channels, dims[1])
	case len(dims) == 3:
		height, width = dims[1], dims[2]
	case len(dims) == 4 && channel(dims[3]):
		height, width, channels = dims[1], dims[2], dims[3]
		if channel(dims[1]) {
			l.note = fmt.Sprintf("axes %s are taken as images, height, width, channels", axes)
		}
	case len(dims) == 4 && channel(dims[1]):
		channels, height, width = dims[1], dims[2], dims[3]
		l.planes = channels > 1
		l.note = fmt.Sprintf("axes %s are taken as images, channels, height, width", axes)
	default:
		return l, fmt.Errorf("array of shape %s is not of images, want (images,height,width), (images,height,width,channels), "+
			"(images,channels,height,width) or (images,pixels), with 1 or 3 channels: %w", axes, content.ErrFormat)
	}
	if height > raster.MaxPixels || width > raster.MaxPixels {
		return l, fmt.Errorf("image size is %dx%d, want at most %d pixels: %w", height, width, raster.MaxPixels, content.ErrFormat)
	}
	l.shape = raster.Shape{Size: raster.Size{Height: int(height), Width: int(width)}, Channels: int(channels)}
	if err := l.shape.Check(); err != nil {
		return l, err
	}
	if l.count = int(dims[0]); int64(l.count) != dims[0] || dims[0] > math.MaxInt64/int64(l.shape.Values())/16 {
		return l, fmt.Errorf("array of shape %s has more values than a file can hold: %w", axes, content.ErrFormat)
	}
	return l, nil
}

// flatNote says how the values of an image in one row are taken.
func flatNote(side, channels, values int64) string {
	if channels == 1 {
		return fmt.Sprintf("%d values are taken as %dx%[2]d pixels", values, side)
	}
	return fmt.Sprintf("%d values are taken as %dx%[2]d pixels, each of red, green and blue", values, side)
}

// axesOf writes the lengths of an array's axes: "(60000,28,28)".
func axesOf(dims []int64) string {
	const most = 8
	var text []string
	for _, d := range dims[:min(len(dims), most)] {
		text = append(text, fmt.Sprint(d))
	}
	if len(dims) > most {
		text = append(text, "…")
	}
	if len(dims) == 1 {
		return "(" + text[0] + ",)"
	}
	return "(" + strings.Join(text, ",") + ")"
}

// values is the number of values of all images.
func (l layout) values() int64 { return int64(l.count) * int64(l.shape.Values()) }

// record is the record of an image whose values are bytes.
func (l layout) record() record {
	r := record{size: l.shape.Values()}
	if l.planes {
		r.decode = func(dst, raw []byte) error {
			interleave(dst, raw)
			return nil
		}
	}
	return r
}

// interleave makes pixels of three planes.
func interleave[T any](dst, planes []T) {
	n := len(planes) / raster.RGB
	red, green, blue := planes[:n], planes[n:2*n], planes[2*n:3*n]
	for i := range red {
		dst[3*i], dst[3*i+1], dst[3*i+2] = red[i], green[i], blue[i]
	}
}
