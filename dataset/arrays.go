package dataset

import (
	"context"
	"errors"
	"fmt"

	"gorgan/dataset/array"
	"gorgan/dataset/raster"
)

// runBytes is about how many bytes of an array are processed at a time.
const runBytes = 256 << 10

// arrayImages are the images of a file that holds them as one array.
type arrayImages struct {
	*array.Images
	sums sums // of the images, if they are not in memory
}

func (a arrayImages) count() int        { return a.Count }
func (a arrayImages) place(i int) place { return place{path: fmt.Sprintf("image %d", i)} }
func (a arrayImages) run() int          { return max(1, runBytes/max(1, a.Shape.Values())) }

func (a arrayImages) label(i int) int {
	if a.Labels == nil {
		return -1
	}
	return int(a.Labels[i])
}

func (a arrayImages) storedSize(context.Context, int) (raster.Size, error) { return a.Shape.Size, nil }

// read returns image i in the memory of the array, if it has one, and else in a copy.
func (a arrayImages) read(_ context.Context, i int, _ raster.Size) (found, error) {
	im := raster.Image{Shape: a.Shape}
	if n := a.Shape.Values(); a.Bytes() != nil {
		im.Pix = a.Bytes()[i*n:][:n:n]
	} else {
		im.Pix = make([]byte, n)
		if err := a.Read(im.Pix, i); err != nil {
			return found{}, fatal{err}
		}
		if err := a.sums.check(i, im.Pix); err != nil {
			return found{}, fatal{err}
		}
	}
	return found{Image: im, stored: a.Shape.Size, channels: a.Shape.Channels, frames: 1}, nil
}

// openArray opens the images of an array. It closes a unless the set reads from it further.
func openArray(ctx context.Context, src string, a *array.Images, o Options) (*Set, *Report, error) {
	report := newReport(src)
	report.Splits = a.Splits
	err := a.Shape.Check()
	var set *Set
	if err == nil {
		images := arrayImages{Images: a}
		if a.Bytes() == nil {
			images.sums = make(sums, a.Count)
		}
		set, err = take(ctx, described{source: images, kind: a.Kind, classes: a.Classes, notes: a.Notes,
			shape: a.Shape, pixels: a.Bytes()}, o, report)
	}
	if set == nil || set.pixels != nil {
		err = errors.Join(err, a.Close())
	}
	return set, report, err
}
