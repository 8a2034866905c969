package dataset

import (
	"cmp"
	"fmt"
	"math"

	"gorgan/dataset/raster"
)

const (
	defaultReaders = 4
	defaultCache   = 1 << 30
	alwaysHeld     = 256 << 20 // bytes of labels, of lines or of a packed tar that may be held whatever the cache's size
)

// Options say how to open a set. The zero value opens the training split, each image at its own
// size and in its own colours.
type Options struct {
	// Split is "train" (also "") or "test". It chooses among the files of the embedded MNIST, of an
	// IDX or CIFAR folder, of a .npz file, and among the folders of a tree that has folders of
	// these names. Other sources have one split and ignore it.
	Split string
	// Size is the size of the set's images. With the zero value, images keep their size if nearly
	// all have one size that suits a net; otherwise they get DefaultSize.
	Size raster.Size
	// Fit is how an image of another size gets Size; "" is raster.Crop.
	Fit raster.Fit
	// Channels is 1 for grey images, raster.RGB for colours, or 0 for grey if all images are
	// grey, and colours otherwise.
	Channels int
	// Background is laid under transparent pixels, and around images with raster.Pad: red, green
	// and blue. The zero value is black.
	Background [3]uint8
	// Skip leaves out images that cannot be read. The report names them. It is still an error if
	// more than a tenth of the images are left out.
	Skip bool
	// Readers is the number of images that are decoded at a time; 0 means 4.
	Readers int
	// Cache is the memory, in bytes, for the decoded pixels of the set. If a set does not fit,
	// each image is decoded from disk when it is needed. 0 means 1 GiB, and a negative number
	// means no memory. The embedded MNIST is always kept. Labels, the lines of a list and the files
	// of a packed tar are always kept too. A set is refused if these take more than Cache and more
	// than 256 MiB.
	Cache int64
	// Memory is the memory, in bytes, that decoding one image may take; 0 is no limit.
	Memory int64
	// Progress, if not nil, gets the number of images that are done. It is called from one
	// goroutine at a time, and the reading waits for it.
	Progress func(done, total int)
}

// withDefaults checks o and fills in the defaults.
func (o Options) withDefaults() (Options, error) {
	switch o.Split {
	case "":
		o.Split = "train"
	case "train", "test":
	default:
		return o, fmt.Errorf("split is %q, want train or test", o.Split)
	}
	if o.Size != (raster.Size{}) {
		if err := o.Size.Check(); err != nil {
			return o, err
		}
	}
	if o.Channels != 0 && o.Channels != 1 && o.Channels != raster.RGB {
		return o, fmt.Errorf("channels is %d, want 0, 1 or %d", o.Channels, raster.RGB)
	}
	fit, err := raster.ParseFit(string(cmp.Or(o.Fit, raster.Crop)))
	if err != nil {
		return o, err
	}
	o.Fit = fit
	if o.Readers <= 0 {
		o.Readers = defaultReaders
	}
	if o.Cache == 0 {
		o.Cache = defaultCache
	}
	if o.Memory <= 0 {
		o.Memory = math.MaxInt64
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return o, nil
}

// fits reports whether so many bytes, pixels among them, may be kept in memory.
func (o Options) fits(held int64) bool {
	const maxInt = int64(^uint(0) >> 1)
	return held <= o.Cache && held <= maxInt
}

// holds reports whether so many bytes may be held for labels or the lines of a list, which a
// set cannot do without.
func (o Options) holds(held int64) bool { return held <= max(o.Cache, alwaysHeld) }

// fitted returns an image at the set's size.
func (o Options) fitted(im raster.Image) raster.Image {
	if o.Size == (raster.Size{}) {
		return im
	}
	return im.To(o.Size, o.Fit, o.Background)
}

// channelled returns an image in the set's channels. If all images choose these, the image has 1
// channel only if it is exactly grey.
func (o Options) channelled(im raster.Image) raster.Image {
	switch {
	case o.Channels == raster.RGB:
		return im.RGB()
	case o.Channels == 1, im.Channels == raster.RGB && im.IsGrey():
		return im.Grey()
	}
	return im
}
