package tree

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
	"gorgan/dataset/packed"
)

// tarFile reads the files of a plain tar.
type tarFile struct {
	file *os.File
	info os.FileInfo
}

func openTar(path string, x *index) (_ *tarFile, err error) {
	file, info, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
			err = named(path, err)
		}
	}()
	section := io.NewSectionReader(file, 0, info.Size())
	in := &contentReader{ctx: x.ctx, r: section}
	// With a seeker the contents are passed over.
	err = x.addTar(struct {
		io.Reader
		io.Seeker
	}{in, section}, func(h *tar.Header, _ io.Reader) (place, error) {
		// The reader of the headers stands where the content begins.
		at, err := section.Seek(0, io.SeekCurrent)
		if err == nil && h.Size > info.Size()-at {
			err = fmt.Errorf("archive is cut short: %s has %d bytes, and %d are there: %w: %w",
				excerpt.Of(h.Name), h.Size, info.Size()-at, io.ErrUnexpectedEOF, content.ErrFormat)
		}
		return place{offset: at}, err
	})
	if err == nil {
		err = x.endTar(in)
	}
	if err != nil {
		return nil, err
	}
	return &tarFile{file, info}, nil
}

func (t *tarFile) Close() error { return t.file.Close() }

func (t *tarFile) read(f File, p place) ([]byte, error) {
	if p.how == sparse {
		return nil, errSparse
	}
	if err := unchanged(t.file, t.info); err != nil {
		return nil, err
	}
	return readFull(io.NewSectionReader(t.file, p.offset, f.Size), f.Size)
}

var errSparse = fmt.Errorf("is a sparse file in a tar, which is not read; pack it without --sparse: %w", content.ErrFormat)

// perContent is the memory for a content that is held, besides its bytes.
const perContent = 64

// packedTar holds the files of a packed tar.
type packedTar struct{ held [][]byte }

func openPackedTar(path string, x *index, memory int64) (_ *packedTar, err error) {
	r, err := packed.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	t := &packedTar{}
	total, bomb := int64(0), error(nil)
	in := &contentReader{ctx: x.ctx, r: r}
	err = x.addTar(in, func(h *tar.Header, file io.Reader) (place, error) {
		fits := h.Size <= memory-total
		total += h.Size
		if bomb = r.CheckBomb(total); !fits || bomb != nil {
			t.held = nil // the rest is only counted
			return place{}, nil
		}
		data, err := readFull(file, h.Size)
		if err != nil {
			return place{}, fmt.Errorf("%s: %w", excerpt.Of(h.Name), err)
		}
		t.held = append(t.held, data)
		x.held += perContent
		return place{offset: int64(len(t.held) - 1)}, nil
	})
	if err == nil {
		err = x.endTar(in)
	}
	if err == nil && total > memory {
		err = fmt.Errorf("its files take %d MiB unpacked, more than the %d MiB that may be held for them: unpack it, pack a zip or a plain tar, or raise --cache to %[1]d", (total+1<<20-1)>>20, memory>>20)
	}
	if err == nil {
		err = bomb
	}
	if err != nil {
		return nil, named(path, err)
	}
	return t, nil
}

func (t *packedTar) Close() error { return nil }

func (t *packedTar) read(f File, p place) ([]byte, error) {
	if p.how == sparse {
		return nil, errSparse
	}
	return append([]byte(nil), t.held[p.offset]...), nil
}

// contentReader stops when its context does, and knows whether its end was reached.
type contentReader struct {
	ctx   context.Context
	r     io.Reader
	ended bool
}

func (c *contentReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.ended = n == 0 && err == io.EOF
	return n, err
}

// endTar reads what follows the last file of a tar, which should be zeros, and is checked by gzip.
func (x *index) endTar(in *contentReader) error {
	if in.ended {
		x.notes = append(x.notes, "the tar has no mark at its end, it is perhaps cut short")
		return nil
	}
	var rest others
	if _, err := io.Copy(&rest, in); err != nil {
		return cutShort(err)
	}
	if rest {
		x.notes = append(x.notes, "the tar is followed by other bytes, perhaps a second tar, which are not read")
	}
	return nil
}

// others is whether bytes other than zero were written.
type others bool

func (o *others) Write(p []byte) (int, error) {
	*o = *o || others(bytes.Count(p, []byte{0}) < len(p))
	return len(p), nil
}

// addTar adds the files and links of a tar. locate returns the place of a file, and may read
// its content.
func (x *index) addTar(r io.Reader, locate func(*tar.Header, io.Reader) (place, error)) error {
	headers := tar.NewReader(r)
	for {
		h, err := headers.Next()
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, tar.ErrHeader):
			return fmt.Errorf("header behind file %d of the tar is broken: %w", x.found, content.ErrFormat)
		case err != nil && !errors.Is(err, tar.ErrInsecurePath): // nothing is written to any path
			return cutShort(err)
		}
		if err := x.addHeader(h, headers, locate); err != nil {
			return err
		}
	}
}

func (x *index) addHeader(h *tar.Header, r io.Reader, locate func(*tar.Header, io.Reader) (place, error)) error {
	name := cleaned(h.Name)
	if h.Typeflag == tar.TypeDir || strings.HasSuffix(name, "/") {
		return x.hold(name)
	}
	if x.omits(name) {
		return nil
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		if isSparse(h) {
			return x.add(File{name, h.Size}, place{how: sparse})
		}
		p, err := locate(h, r)
		if err != nil {
			return err
		}
		return x.add(File{name, h.Size}, p)
	case tar.TypeSymlink:
		return x.addLink(name, inArchive(name, h.Linkname))
	case tar.TypeLink:
		return x.addLink(name, cleaned(h.Linkname))
	default:
		x.left.count(noFile, name)
		return nil
	}
}

func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}
