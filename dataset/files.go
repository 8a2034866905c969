package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"syscall"

	"gorgan/dataset/content"
	"gorgan/dataset/imagefile"
	"gorgan/dataset/raster"
)

// maxImageFile is the largest image file that is read. Even the largest image, uncompressed,
// is smaller.
const maxImageFile = 256 << 20

// Images are read one at a time if their file has more bytes than largeFile, and decoded one at a time
// if that takes more bytes of memory than largeImage.
const (
	largeFile  = 16 << 20
	largeImage = 64 << 20
)

// files are the image files of a list, a folder or an archive.
type files struct {
	places  []place
	labels  []int32 // nil for none
	content func(i int) ([]byte, error)
	size    func(i int) int64 // of the file, in bytes; nil if that is not known before
	options Options
	large   sync.Mutex // held while a large image is read
	sums    sums       // of the files, one each
}

func (f *files) count() int        { return len(f.places) }
func (f *files) place(i int) place { return f.places[i] }
func (f *files) run() int          { return 1 }

func (f *files) label(i int) int {
	if f.labels == nil {
		return -1
	}
	return int(f.labels[i])
}

func (f *files) read(ctx context.Context, i int, least raster.Size) (found, error) {
	alone := f.size != nil && f.size(i) > largeFile
	if alone {
		f.large.Lock()
		defer f.large.Unlock()
	}
	data, info, err := f.inspect(ctx, i)
	if err != nil {
		return found{}, err
	}
	if info.Bytes > f.options.Memory {
		return found{}, fmt.Errorf("image of %v takes %d MB of memory to decode, and %d MB are available", info.Size, info.Bytes>>20, f.options.Memory>>20)
	}
	if !alone && info.Bytes > largeImage {
		f.large.Lock()
		defer f.large.Unlock()
	}
	im, err := imagefile.Decode(ctx, data, imagefile.Options{Background: f.options.Background, Least: least})
	if err != nil {
		return found{}, f.orFatal(ctx, i, err)
	}
	return found{Image: im.Image, stored: im.Stored, channels: im.FileChannels, alpha: im.Alpha, turned: im.Turned, frames: im.Frames}, nil
}

func (f *files) storedSize(ctx context.Context, i int) (raster.Size, error) {
	_, info, err := f.inspect(ctx, i)
	return info.Size, err
}

// inspect reads the file of image i and its header.
func (f *files) inspect(ctx context.Context, i int) ([]byte, imagefile.Info, error) {
	data, err := f.content(i)
	if err != nil {
		return nil, imagefile.Info{}, f.orFatal(ctx, i, err)
	}
	if err := f.sums.check(i, data); err != nil {
		return nil, imagefile.Info{}, err
	}
	info, err := imagefile.Inspect(data)
	return data, info, err
}

// orFatal makes an error of image i fatal if it is not the image's fault.
func (f *files) orFatal(ctx context.Context, i int, err error) error {
	switch {
	case ctx.Err() != nil:
		return fatal{ctx.Err()}
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return fatal{fmt.Errorf("%v: %w: raise the limit (ulimit -n) or use fewer --readers", f.places[i], err)}
	case errors.Is(err, syscall.ENOMEM):
		return fatal{fmt.Errorf("%v: %w", f.places[i], err)}
	}
	return err
}

// problem says what is wrong with the image at a place.
func problem(at place, err error) Problem {
	p := Problem{at.line, at.path, KindUnreadable, err.Error()}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.Kind = KindMissing
	case errors.Is(err, io.ErrUnexpectedEOF):
		p.Kind = KindTruncated
	}
	// The errors that others compare with say nothing new at the end of a sentence.
	for _, known := range []error{content.ErrFormat, io.ErrUnexpectedEOF} {
		p.Detail = strings.TrimSuffix(p.Detail, ": "+known.Error())
	}
	return p
}
