package tree

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"

	"github.com/klauspost/compress/flate"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
	"gorgan/dataset/packed"
)

// The methods of compression that are read, after PKWARE's APPNOTE 4.4.5.
const (
	stored   = 0
	deflated = 8
)

func methodName(method uint16) string {
	switch method {
	case 1:
		return "shrink"
	case 6:
		return "implode"
	case 9:
		return "Deflate64"
	case 12:
		return "bzip2"
	case 14:
		return "LZMA"
	case 93:
		return "Zstandard"
	case 95:
		return "xz"
	case 98:
		return "PPMd"
	case 99:
		return "AES encryption"
	}
	return fmt.Sprintf("method %d", method)
}

// zipFile reads the files of a zip.
type zipFile struct {
	file      *os.File
	info      os.FileInfo
	inflaters sync.Pool
}

func openZip(path string, x *index) (_ *zipFile, err error) {
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
	d, err := findDirectory(file, info.Size())
	if err != nil {
		return nil, err
	}
	// The first pass shows that the entries are there and how much memory they take.
	count, total, most := 0, int64(0), *x
	most.progress, most.left = func(int) {}, leftOut{}
	err = d.each(func(e entry) error {
		count++
		total += e.place.packed
		if total > info.Size() {
			return fmt.Errorf("its files overlap, they take more bytes than the zip has, as in a decompression bomb: %w", content.ErrFormat)
		}
		return most.hold(e.name)
	})
	if err != nil {
		return nil, err
	}
	z := &zipFile{file: file, info: info}
	x.files, x.places = make([]File, 0, count), make([]place, 0, count)
	err = d.each(func(e entry) error {
		if e.folder || x.omits(e.name) {
			return nil
		}
		if !e.link || e.size > maxLink {
			return x.add(File{e.name, e.size}, e.place)
		}
		target, err := z.content(e.place, e.size)
		if err != nil {
			return fmt.Errorf("link %s: %w", excerpt.Of(e.name), err)
		}
		return x.addLink(e.name, inArchive(e.name, string(target)))
	})
	if err != nil {
		return nil, err
	}
	return z, nil
}

// maxLink is the longest target of a link, in bytes, as Linux has it.
const maxLink = 4096

func (z *zipFile) Close() error { return z.file.Close() }

func (z *zipFile) read(f File, p place) ([]byte, error) {
	if err := unchanged(z.file, z.info); err != nil {
		return nil, err
	}
	return z.content(p, f.Size)
}

// content reads and checks the content at a place.
func (z *zipFile) content(p place, size int64) ([]byte, error) {
	if p.how == encrypted {
		return nil, fmt.Errorf("is encrypted, want a zip without a password: %w", content.ErrFormat)
	}
	if p.method != stored && p.method != deflated {
		return nil, fmt.Errorf("is packed with %s, want deflate or no compression: %w", methodName(p.method), content.ErrFormat)
	}
	if p.method == stored && size != p.packed || p.method == deflated && size > p.packed*packed.MaxInflation {
		return nil, fmt.Errorf("has %d bytes by the list of the zip's files, but %d packed bytes cannot hold them: %w", size, p.packed, content.ErrFormat)
	}
	if err := packed.CheckBomb(size, p.packed); err != nil {
		return nil, err
	}
	header := make([]byte, localSize)
	if _, err := z.file.ReadAt(header, p.offset); err != nil {
		return nil, cutShort(err)
	}
	if string(header[:4]) != localHeader {
		return nil, fmt.Errorf("is not at offset %d, where the list of the zip's files has it: %w", p.offset, content.ErrFormat)
	}
	start := p.offset + localSize + int64(u16(header, 26)) + int64(u16(header, 28))
	if start+p.packed > z.info.Size() {
		return nil, fmt.Errorf("goes on to offset %d, and the zip ends at %d: %w: %w", start+p.packed, z.info.Size(), io.ErrUnexpectedEOF, content.ErrFormat)
	}
	data, err := z.unpack(io.NewSectionReader(z.file, start, p.packed), p.method, size)
	if err != nil {
		return nil, err
	}
	if sum := crc32.ChecksumIEEE(data); sum != p.sum {
		return nil, fmt.Errorf("has checksum %08x, want %08x: %w", sum, p.sum, content.ErrFormat)
	}
	return data, nil
}

func (z *zipFile) unpack(r io.Reader, method uint16, size int64) ([]byte, error) {
	if method == stored {
		return readFull(r, size)
	}
	inflater, _ := z.inflaters.Get().(io.ReadCloser)
	if inflater == nil {
		inflater = flate.NewReader(r)
	} else if err := inflater.(flate.Resetter).Reset(r, nil); err != nil {
		return nil, err
	}
	defer z.inflaters.Put(inflater)
	data, err := readFull(inflater, size)
	if err != nil {
		return nil, unpacking(err)
	}
	switch n, err := io.ReadFull(inflater, make([]byte, 1)); {
	case n > 0:
		return nil, fmt.Errorf("has more bytes than %d, which the list of the zip's files says: %w", size, content.ErrFormat)
	case err != io.EOF:
		return nil, unpacking(err)
	}
	return data, nil
}

// unpacking makes an error of the deflate stream one about the content.
func unpacking(err error) error {
	if _, ok := errors.AsType[flate.CorruptInputError](err); ok {
		return fmt.Errorf("deflate stream is broken: %w: %w", err, content.ErrFormat)
	}
	return cutShort(err)
}
