package array

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
	"gorgan/dataset/packed"
)

// member is an array of a .npz file as a file. While the zip is open it can be read from the
// beginning. If it is not compressed, single images can be read from it, also later.
func (z *npz) member(m *zip.File) File {
	name := z.name + ": " + excerpt.Of(m.Name)
	return File{name, func() (fs.File, error) {
		stored := m.Method == zip.Store
		if size := m.UncompressedSize64; size > uint64(z.size)*packed.MaxInflation || stored && size > uint64(z.size) {
			return nil, fmt.Errorf("%s: %d bytes, more than the packed file can hold: %w", name, size, content.ErrFormat)
		}
		r, err := m.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", name, err, content.ErrFormat)
		}
		if !stored {
			return &inflated{r, m}, nil
		}
		at, err := m.DataOffset()
		if err == nil && (m.CompressedSize64 != m.UncompressedSize64 || at+int64(m.UncompressedSize64) > z.size) {
			err = errors.New("the archive is cut short")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", name, err, content.ErrFormat)
		}
		f, _, err := atomicfile.Open(z.name)
		if err != nil {
			return nil, err
		}
		return &plainMember{inflated{r, m}, io.NewSectionReader(f, at, int64(m.UncompressedSize64)), f}, nil
	}}
}

// inflated is an array that is read from the beginning. At its end its checksum is compared.
type inflated struct {
	io.ReadCloser
	member *zip.File
}

func (f *inflated) Stat() (fs.FileInfo, error) { return f.member.FileInfo(), nil }

func (f *inflated) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if _, ok := errors.AsType[*fs.PathError](err); err != nil && err != io.EOF && !ok {
		err = fmt.Errorf("%w: %w", err, content.ErrFormat)
	}
	return n, err
}

// plainMember is an array that is not compressed.
type plainMember struct {
	inflated
	section *io.SectionReader
	file    io.Closer
}

func (f *plainMember) ReadAt(p []byte, at int64) (int, error) { return f.section.ReadAt(p, at) }

func (f *plainMember) Close() error { return errors.Join(f.inflated.Close(), f.file.Close()) }
