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
)

// listed is the images of a list file.
type listed struct {
	entries []Entry
	paths   []string // of the entries, as the system takes them
	options Options
}

// checked is an image file after decoding; err says why there is no image.
type checked struct {
	index    int
	grey     *image.Gray // at the size it has in the set
	from     Size        // in the file
	channels int
	err      error
}

// openList decodes and checks every image of the list read from r.
func openList(ctx context.Context, src string, r io.Reader, o Options) (*Set, *Report, error) {
	entries, problems, err := ParseList(r)
	if err != nil {
		return nil, nil, err
	}
	if len(entries)+len(problems) == 0 {
		return nil, nil, fmt.Errorf("holds no images, expected a line `path label` for each: %w", ErrFormat)
	}
	l := &listed{entries, make([]string, len(entries)), o}
	for i, e := range entries {
		l.paths[i] = resolve(filepath.Dir(src), e.Path)
	}
	c := newCensus(src, l, problems)
	if err := ordered(ctx, o.Readers, upTo(len(entries)), l.check, c.add); err != nil {
		return nil, nil, err
	}
	set, report := c.close()
	return set, report, nil
}

// resolve is where a list in dir says an image is. A backslash separates folders unless the
// system has a file of just that name.
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

// check decodes image i. Its own error is for what no report can hold.
func (l *listed) check(i int) (checked, error) {
	c := checked{index: i}
	if c.grey, c.channels, c.err = readGrey(l.paths[i]); c.err != nil {
		return c, nil
	}
	c.from = sizeOf(c.grey)
	var err error
	if c.grey, err = l.options.fit(c.grey); err != nil {
		return c, fmt.Errorf("line %d: %s: %w", l.entries[i].Line, l.entries[i].Path, err)
	}
	return c, nil
}

// decoder reads single images of a set that is not kept in memory.
func (l *listed) decoder(size Size) func([]byte, int) error {
	return func(dst []byte, i int) error {
		c, err := l.check(i)
		if err == nil {
			err = c.err
		}
		if err != nil {
			return fmt.Errorf("dataset: %s: %w", l.paths[i], err)
		}
		if got := sizeOf(c.grey); got != size {
			return fmt.Errorf("dataset: %s: image is %v, expected %v as when the list was read", l.paths[i], got, size)
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
		p.Kind, p.Detail = KindMissing, "no such file"
	case errors.Is(err, io.ErrUnexpectedEOF):
		p.Kind = KindTruncated
	}
	return p
}

// contentKey tells images apart by size and pixels.
func contentKey(grey *image.Gray) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintln(h, sizeOf(grey))
	h.Write(grey.Pix)
	return [sha256.Size]byte(h.Sum(nil))
}
