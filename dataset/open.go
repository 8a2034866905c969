package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

const (
	defaultReaders = 4
	defaultCache   = 1 << 30
	alwaysHeld     = 256 << 20 // bytes of labels or lines that may be held whatever the cache's size
)

// Options say how to open a set. The zero value opens the training split at its own size.
type Options struct {
	// Split is "train" (also "") or "test". It chooses among the files of the embedded MNIST
	// and of an IDX folder; other sources have one split and ignore it.
	Split string
	// Resize is the size to which every image is scaled. With the zero value images keep their
	// size, and all must have the same size.
	Resize raster.Size
	// Scale draws the whole of src over the whole of dst. It is needed if an image has another
	// size than Resize. Several goroutines may call it at a time.
	Scale func(dst *image.Gray, src image.Image)
	// Readers is the number of images that are decoded at a time; 0 means 4.
	Readers int
	// Cache is the memory, in bytes, for the decoded pixels of the set. If a set does not fit,
	// each image is decoded from disk when it is needed. 0 means 1 GiB, and a negative number
	// means no memory. The embedded MNIST is always kept. Labels and the lines of a list are
	// always kept too. A set is refused if these take more than Cache and more than 256 MiB.
	Cache int64
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
	if o.Resize != (raster.Size{}) {
		if err := o.Resize.Check(); err != nil {
			return o, fmt.Errorf("resize: %w", err)
		}
	}
	if o.Readers <= 0 {
		o.Readers = defaultReaders
	}
	if o.Cache == 0 {
		o.Cache = defaultCache
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return o, nil
}

// target is the size in the set of an image of size s.
func (o Options) target(s raster.Size) raster.Size {
	if o.Resize == (raster.Size{}) {
		return s
	}
	return o.Resize
}

// fit scales an image to its size in the set.
func (o Options) fit(grey *image.Gray) (*image.Gray, error) {
	from := sizeOf(grey)
	to := o.target(from)
	if from == to {
		return grey, nil
	}
	if o.Scale == nil {
		return nil, fmt.Errorf("image of %v has to be resized to %v, but Options.Scale is nil", from, to)
	}
	dst := image.NewGray(image.Rect(0, 0, to.Width, to.Height))
	o.Scale(dst, grey)
	return dst, nil
}

// fits reports whether so many bytes, pixels among them, may be kept in memory.
func (o Options) fits(held int64) bool {
	const maxInt = int64(^uint(0) >> 1)
	return held <= o.Cache && held <= maxInt
}

// holds reports whether so many bytes may be held for labels or the lines of a list, which a
// set cannot do without.
func (o Options) holds(held int64) bool { return held <= max(o.Cache, alwaysHeld) }

// Open reads and checks all of src in one pass. src is one of
//
//   - "mnist": the embedded MNIST (write "./mnist" for a folder of that name);
//   - a folder with the files train-images-idx3-ubyte and train-labels-idx1-ubyte, or t10k-…
//     for the test split, each plain or .gz, also spelled train-images.idx3-ubyte; labels may
//     be absent;
//   - an IDX image file, plain or gzip, with the labels file of the matching name beside it
//     if there is one;
//   - a list file, any other text: see [ParseList] for its lines. Paths are relative to the
//     list's folder.
//
// Open returns an error if the source is not a set: a list is missing or empty; the header,
// the length or the gzip stream of an IDX file is broken (the error wraps [content.ErrFormat]); or ctx
// is cancelled (the error wraps ctx.Err()). The report has every bad entry of a list. If there
// are bad entries other than duplicates, the set is nil and [Report.Err] says why.
func Open(ctx context.Context, src string, o Options) (*Set, *Report, error) {
	set, report, err := open(ctx, src, o)
	if err != nil {
		return nil, nil, fmt.Errorf("dataset: %s: %w", src, err)
	}
	return set, report, nil
}

func open(ctx context.Context, src string, o Options) (*Set, *Report, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if src == "mnist" {
		return openMNIST(ctx, o)
	}
	info, err := os.Stat(src)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("want mnist, a folder of IDX files, an IDX file or a list file: %w", plain(err))
	case err != nil:
		return nil, nil, plain(err)
	case info.IsDir():
		return openFolder(ctx, src, o)
	case !info.Mode().IsRegular():
		return nil, nil, errors.New("is neither a file nor a folder")
	}
	return openFile(ctx, src, o)
}

// openFile opens an IDX file or a list. The content decides which it is.
func openFile(ctx context.Context, src string, o Options) (*Set, *Report, error) {
	f, _, err := atomicfile.Open(src)
	if err != nil {
		return nil, nil, plain(err)
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, nil, plain(err)
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, gzipMagic), bytes.HasPrefix(head, []byte{0, 0}):
		return openOnDisk(ctx, src, src, o)
	case bytes.HasPrefix(head, jpegMagic), bytes.HasPrefix(head, pngMagic):
		return nil, nil, fmt.Errorf("is a single image, want a list file with a line `path label` per image: %w", content.ErrFormat)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return nil, nil, fmt.Errorf("is UTF-16 text, want UTF-8; save the list again in that encoding: %w", content.ErrFormat)
	case content.Name(head) != "":
		return nil, nil, fmt.Errorf("is %s, want an IDX file or a list file with a line `path label` per image: %w", content.Name(head), content.ErrFormat)
	case bytes.IndexByte(head, 0) >= 0:
		return nil, nil, fmt.Errorf("is neither an IDX file nor a text with a line `path label` per image: %w", content.ErrFormat)
	}
	return openList(ctx, src, io.MultiReader(bytes.NewReader(head), f), o)
}

// openFolder opens the split's IDX files in a folder.
func openFolder(ctx context.Context, dir string, o Options) (*Set, *Report, error) {
	prefix := "train"
	if o.Split == "test" {
		prefix = "t10k"
	}
	for _, name := range []string{prefix + "-images-idx3-ubyte", prefix + "-images.idx3-ubyte"} {
		if images, ok := plainOrPacked(filepath.Join(dir, name)); ok {
			return openOnDisk(ctx, dir, images, o)
		}
	}
	hint := "give an IDX file, or for a folder of images write a list file with a line `path label` for each; whole folders of images cannot be read yet"
	if other := lookalike(dir, "images", "idx"); other != "" {
		hint = "did you mean the file " + printable(clip(filepath.Join(dir, other))) + "?"
	}
	list := filepath.Join(dir, o.Split+"_labels.txt")
	if _, err := os.Stat(list); err == nil {
		hint = "did you mean the list " + list + "?"
	}
	return nil, nil, fmt.Errorf("folder has no %s-images-idx3-ubyte nor %[1]s-images-idx3-ubyte.gz; %s: %w", prefix, hint, fs.ErrNotExist)
}

// plain drops the operation and the path that the os package puts before an error, because
// the message has them already.
func plain(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
