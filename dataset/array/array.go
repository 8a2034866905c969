// Package array reads files that hold many images as one array of numbers: IDX, CIFAR's binary
// form, NumPy's .npy and .npz, and CSV of pixels. It also reads any .npy file as float32, and
// writes them.
package array

import (
	"errors"
	"fmt"
	"io"
	"sort"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/raster"
)

// The kinds of files that [Open] reads.
const (
	KindIDX      = "idx"
	KindCIFAR10  = "cifar-10"
	KindCIFAR100 = "cifar-100"
	KindNpy      = "npy"
	KindNpz      = "npz"
	KindCSV      = "csv of pixels"
)

// Images are the images of an array file, each of one shape. It is safe for concurrent use.
type Images struct {
	Kind    string       // one of the kinds above
	Shape   raster.Shape // of each image
	Count   int          // of the images, 1 or more
	Labels  []int32      // by image, each 0 or more; nil without labels
	Classes []string     // names by label, if the format has them, else nil
	Notes   []string     // a sentence for each thing that was interpreted, ignored or not used
	// Splits is whether the source has a part for training and a part for tests, of which
	// Options.Split chose one. Otherwise these are all images of the source.
	Splits bool

	pixels []byte // all images, if they are in memory
	parts  []part // else where they are, in order
	record record
}

// Options say how to open array files.
type Options struct {
	// Split is "train" (also "") or "test". It chooses among the parts of a source that has both,
	// and other sources ignore it.
	Split string
	// Memory is the number of bytes that may be held. Images that need more stay in the file, and
	// [Images.Read] reads them from there. A file that is packed or has to be converted as a whole
	// is refused then. Labels may always take 256 MiB.
	Memory int64
	// Progress, if not nil, gets the number of images that are read. It is called from one goroutine
	// at a time, and the reading waits for it.
	Progress func(done, total int)
}

// alwaysHeld is the number of bytes of labels that may be held whatever Options.Memory is.
const alwaysHeld = 256 << 20

// withDefaults checks o and fills in the defaults.
func (o Options) withDefaults() (Options, error) {
	switch o.Split {
	case "":
		o.Split = "train"
	case "train", "test":
	default:
		return o, fmt.Errorf("split is %.40q, want train or test", o.Split)
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return o, nil
}

// fits reports whether so many bytes, pixels among them, may be held.
func (o Options) fits(held int64) bool {
	const maxInt = int64(^uint(0) >> 1)
	return held <= o.Memory && held <= maxInt
}

// checkLabels returns an error unless count labels may be held.
func (o Options) checkLabels(name string, count int) error {
	if held := 4 * int64(count); held > max(o.Memory, alwaysHeld) {
		return fmt.Errorf("%s: its %d labels take %d bytes, more than the cache of %d: %s", name, count, held, max(o.Memory, 0), raiseCache(held))
	}
	return nil
}

// raiseCache returns the hint for what needs size bytes in memory.
func raiseCache(size int64) string { return fmt.Sprintf("raise --cache to %d", (size+1<<20-1)>>20) }

// record is how an image lies in a file.
type record struct {
	size   int                         // in bytes
	decode func(dst, raw []byte) error // makes the pixels; nil if raw are the pixels
}

// part is consecutive images in a file.
type part struct {
	name  string
	file  file
	start int64 // offset of its first image
	first int   // the first image
}

// file is an open file from which single images can be read.
type file interface {
	io.ReaderAt
	io.Closer
}

// Len returns the number of images.
func (a *Images) Len() int { return a.Count }

// Bytes returns all images, one after the other, if they are in memory, else nil. The caller may
// take the slice over if it reads nothing from a any more.
func (a *Images) Bytes() []byte { return a.pixels }

// Read reads image i, as the bytes of a [raster.Image] of a's shape. dst must have this length.
func (a *Images) Read(dst []byte, i int) error {
	n := a.Shape.Values()
	if i < 0 || i >= a.Count || len(dst) != n {
		return fmt.Errorf("array: image %d into %d bytes, want image 0 to %d into %d", i, len(dst), a.Count-1, n)
	}
	if a.pixels != nil {
		copy(dst, a.pixels[i*n:])
		return nil
	}
	raw := dst
	if a.record.decode != nil {
		raw = make([]byte, a.record.size)
	}
	p := a.parts[sort.Search(len(a.parts), func(k int) bool { return a.parts[k].first > i })-1]
	at := p.start + int64(i-p.first)*int64(a.record.size)
	if got, err := p.file.ReadAt(raw, at); got < len(raw) {
		return fmt.Errorf("%s: image %d at offset %d: %w", p.name, i, at, atomicfile.Reason(err))
	}
	if a.record.decode == nil {
		return nil
	}
	if err := a.record.decode(dst, raw); err != nil {
		return fmt.Errorf("%s: image %d at offset %d: %w", p.name, i, at, err)
	}
	return nil
}

// Close closes the files from which images are read. Read must not be called any more.
func (a *Images) Close() error {
	var errs []error
	for _, p := range a.parts {
		errs = append(errs, p.file.Close())
	}
	a.parts = nil
	return errors.Join(errs...)
}

// note adds a sentence to the notes.
func (a *Images) note(format string, args ...any) {
	a.Notes = append(a.Notes, fmt.Sprintf(format, args...))
}
