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
)

// ErrFormat is wrapped by every error about the content of a file or of a text.
var ErrFormat = errors.New("bad format")

const (
	defaultReaders = 4
	defaultCache   = 1 << 30
	alwaysHeld     = 256 << 20 // bytes of labels or lines that are no question of the cache
)

// Options say how a set is opened. The zero value opens the training split at its own size.
type Options struct {
	// Split is "train" (also "") or "test". It chooses among the files of the embedded MNIST
	// and of an IDX folder; other sources have one split and ignore it.
	Split string
	// Resize is the size every image is brought to. With the zero value images keep their
	// size, and all must have the same.
	Resize Size
	// Scale draws the whole of src over the whole of dst. It is needed when an image has
	// another size than Resize, and is called from several goroutines at a time.
	Scale func(dst *image.Gray, src image.Image)
	// Readers is the number of images decoded at a time; 0 means 4.
	Readers int
	// Cache is the memory, in bytes, for the decoded pixels of the set. A set that does not
	// fit is decoded from disk each time an image is asked for. 0 means 1 GiB, a negative
	// number nothing. The embedded MNIST is kept whatever Cache says. Labels and the lines of
	// a list are always kept: a set whose take more than Cache, and 256 MiB, is refused.
	Cache int64
	// Progress, when not nil, is told how many of the images are done. It is called from one
	// goroutine at a time and holds up the reading while it runs.
	Progress func(done, total int)
}

// withDefaults checks o and fills in what was left out.
func (o Options) withDefaults() (Options, error) {
	switch o.Split {
	case "":
		o.Split = "train"
	case "train", "test":
	default:
		return o, fmt.Errorf("split is %q, want train or test", o.Split)
	}
	if o.Resize != (Size{}) {
		if err := o.Resize.check(); err != nil {
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

// target is the size an image of size s has in the set.
func (o Options) target(s Size) Size {
	if o.Resize == (Size{}) {
		return s
	}
	return o.Resize
}

// fit brings an image to the size it has in the set.
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

// fits says whether so many bytes, pixels among them, may be kept in memory.
func (o Options) fits(held int64) bool {
	const maxInt = int64(^uint(0) >> 1)
	return held <= o.Cache && held <= maxInt
}

// holds says whether so many bytes may be held that a set cannot do without: its labels, or
// the lines of its list.
func (o Options) holds(held int64) bool { return held <= max(o.Cache, alwaysHeld) }

// Open reads and checks everything src holds, in one pass. src is one of
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
// The error is for a source that is no set at all: a missing or empty list, an IDX file whose
// header, length or gzip stream is broken (wrapping [ErrFormat]), a cancelled ctx (wrapping
// ctx.Err()). Bad entries of a list are in the report, every one of them; with any other than
// duplicates among them the set is nil, and [Report.Err] says why.
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

// openFile opens an IDX file or a list, whichever the content is.
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
		return nil, nil, fmt.Errorf("is a single image, want a list file with a line `path label` per image: %w", ErrFormat)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return nil, nil, fmt.Errorf("is UTF-16 text, want UTF-8; save the list again in that encoding: %w", ErrFormat)
	case contentOf(head) != "":
		return nil, nil, fmt.Errorf("is %s, want an IDX file or a list file with a line `path label` per image: %w", contentOf(head), ErrFormat)
	case bytes.IndexByte(head, 0) >= 0:
		return nil, nil, fmt.Errorf("is neither an IDX file nor a text with a line `path label` per image: %w", ErrFormat)
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

// plain drops the operation and path that the os package puts before an error: they are said already.
func plain(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
