package dataset

import (
	"context"
	"fmt"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/imagefile"
	"gorgan/dataset/raster"
)

// OpenImage reads an image file as Open reads those of a set: upright, on o.Background, and with the size,
// fit and channels of o. It ignores the other options but Memory. It returns a sentence for each thing
// that is changed. Errors name the file, and wrap what [imagefile.Decode] says.
func OpenImage(ctx context.Context, path string, o Options) (im raster.Image, notes []string, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return im, nil, err
	}
	fail := func(err error) (raster.Image, []string, error) {
		return raster.Image{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	data, err := atomicfile.Read(path, maxImageFile)
	if err != nil {
		return im, nil, err
	}
	info, err := imagefile.Inspect(data)
	if err != nil {
		return fail(err)
	}
	if info.Bytes > o.Memory {
		return fail(fmt.Errorf("image of %v takes %d MB of memory to decode, and %d MB are available", info.Size, info.Bytes>>20, o.Memory>>20))
	}
	read, err := imagefile.Decode(ctx, data, imagefile.Options{Background: o.Background, Least: o.Size})
	if err != nil {
		return fail(err)
	}
	note := func(format string, args ...any) { notes = append(notes, path+": "+fmt.Sprintf(format, args...)) }
	im = o.channelled(o.fitted(read.Image))
	if read.Stored != im.Size {
		note("the image of %v becomes %v (%s)", read.Stored, im.Size, o.Fit)
	}
	if read.Channels == raster.RGB && im.Channels == 1 {
		note("its colours become grey")
	}
	if read.Alpha {
		note("it is transparent in places, and laid on a background there")
	}
	if read.Turned {
		note("it is turned, as its EXIF data say")
	}
	if read.Frames > 1 {
		note("the first of its %d frames is taken", read.Frames)
	}
	return im, notes, nil
}
