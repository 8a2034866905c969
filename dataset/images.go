package dataset

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// listed is the images of a list file.
type listed struct {
	entries []Entry
	dir     string // the folder that paths are relative to
	options Options
	large   sync.Mutex // held while an image of more than raster.MaxPixels is decoded
}

// path returns the path of image i in the form of the operating system.
func (l *listed) path(i int) string { return resolve(l.dir, l.entries[i].Path) }

// checked is an image file after decoding. err says why there is no image.
type checked struct {
	index   int
	decoded             // grey is at the size it has in the set
	from    raster.Size // in the file
	err     error
}

// openList decodes and checks every image of the list read from r.
func openList(ctx context.Context, src string, r io.Reader, o Options) (*Set, *Report, error) {
	report := &Report{Source: src, Kind: "list"}
	entries, err := parseList(r, report.find, o.holds)
	if err != nil {
		return nil, nil, err
	}
	if len(entries)+report.found() == 0 {
		return nil, nil, fmt.Errorf("holds no images, want a line `path label` for each: %w", content.ErrFormat)
	}
	l := &listed{entries: entries, dir: filepath.Dir(src), options: o}
	c := newCensus(l, report)
	if err := ordered(ctx, o.Readers, upTo(len(entries)), func(i int) (checked, error) { return l.check(ctx, i) }, c.add); err != nil {
		return nil, nil, err
	}
	set, report := c.close()
	return set, report, nil
}

// resolve returns the path of an image of a list in dir. A backslash separates folders, unless
// there is a file with a backslash in its name.
func resolve(dir, path string) string {
	at := func(path string) string {
		path = filepath.FromSlash(path)
		if filepath.IsAbs(path) {
			return filepath.Clean(path)
		}
		return filepath.Join(dir, path)
	}
	if strings.Contains(path, `\`) {
		if _, err := os.Lstat(at(path)); err != nil {
			return at(strings.ReplaceAll(path, `\`, "/"))
		}
	}
	return at(path)
}

// check decodes image i. It returns an error only for what is not the image's fault.
func (l *listed) check(ctx context.Context, i int) (checked, error) {
	c := checked{index: i}
	if c.decoded, c.err = l.read(ctx, l.path(i)); c.err != nil {
		switch {
		case ctx.Err() != nil:
			return c, ctx.Err()
		case errors.Is(c.err, syscall.EMFILE), errors.Is(c.err, syscall.ENFILE):
			return c, fmt.Errorf("line %d: %w: raise the limit (ulimit -n) or use fewer --readers", l.entries[i].Line, c.err)
		case errors.Is(c.err, syscall.ENOMEM):
			return c, fmt.Errorf("line %d: %w", l.entries[i].Line, c.err)
		}
		return c, nil
	}
	c.from = sizeOf(c.grey)
	var err error
	if c.grey, err = l.options.fit(c.grey); err != nil {
		return c, fmt.Errorf("line %d: %s: %w", l.entries[i].Line, l.entries[i].Path, err)
	}
	return c, nil
}

// read reads the image file at path. It decodes only one very large image at a time.
func (l *listed) read(ctx context.Context, path string) (decoded, error) {
	data, err := atomicfile.Read(path, maxImageFile)
	if err != nil {
		return decoded{}, plain(err)
	}
	d, err := decodeGrey(ctx, data, raster.MaxPixels)
	if err == nil || l.options.Resize == (raster.Size{}) || !errors.Is(err, errTooManyPixels) {
		return d, err
	}
	l.large.Lock()
	defer l.large.Unlock()
	return decodeGrey(ctx, data, maxResized)
}

// decoder reads single images of a set that is not kept in memory.
func (l *listed) decoder(size raster.Size) func([]byte, int) error {
	return func(dst []byte, i int) error {
		c, err := l.check(context.Background(), i)
		if err == nil {
			err = c.err
		}
		if err != nil {
			return fmt.Errorf("dataset: %s: %w", l.path(i), err)
		}
		if got := sizeOf(c.grey); got != size {
			return fmt.Errorf("dataset: %s: image is %v, want %v as when the list was read", l.path(i), got, size)
		}
		copy(dst, c.grey.Pix)
		return nil
	}
}

// problem classifies why an image could not be read.
func (l *listed) problem(i int, err error) Problem {
	p := Problem{l.entries[i].Line, l.entries[i].Path, KindUnreadable, err.Error()}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.Kind, p.Detail = KindMissing, "no such file: tried "+printable(clip(l.path(i)))
	case errors.Is(err, io.ErrUnexpectedEOF):
		p.Kind = KindTruncated
	}
	return p
}

// contentKey is a hash of an image's size and pixels.
func contentKey(grey *image.Gray) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintln(h, sizeOf(grey))
	h.Write(grey.Pix)
	return [sha256.Size]byte(h.Sum(nil))
}
