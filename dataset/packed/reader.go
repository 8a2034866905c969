// Package packed reads a file that is perhaps in gzip.
package packed

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/klauspost/compress/gzip"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
)

// MaxInflation bounds how many bytes one byte of a deflate stream can become (RFC 1951: 258
// bytes from two one-bit codes).
const MaxInflation = 1032

// Reader reads the content of a file, and unpacks the content if it is in gzip. A Reader is
// for one goroutine at a time.
type Reader struct {
	*bufio.Reader // of the content
	closer        io.Closer
	packed        bool
	most          int64
}

// Open opens a regular file. Its error names the path. The caller must close the reader.
func Open(path string) (*Reader, error) {
	f, info, err := atomicfile.Open(path)
	if err != nil {
		return nil, atomicfile.Named(path, err)
	}
	r, err := New(f, info.Size())
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r.closer = f
	return r, nil
}

// New reads from file, of size bytes, which the caller closes. An error about a broken gzip
// stream, here and of the reader, wraps [content.ErrFormat], and also [io.ErrUnexpectedEOF] if
// the stream is cut short.
func New(file io.Reader, size int64) (*Reader, error) {
	const buffered = 64 << 10
	r := &Reader{Reader: bufio.NewReaderSize(file, buffered), most: size}
	head, err := r.Peek(len(content.Gzip))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if string(head) != content.Gzip {
		return r, nil
	}
	members, err := newMembers(r.Reader)
	if err != nil {
		return nil, err
	}
	r.Reader, r.packed, r.most = bufio.NewReaderSize(members, buffered), true, size*MaxInflation
	return r, nil
}

// Packed reports whether the file is in gzip.
func (r *Reader) Packed() bool { return r.packed }

// Most is the length of the content, in bytes, if the file is not packed, else a bound that the
// length cannot exceed.
func (r *Reader) Most() int64 { return r.most }

// Close closes the file that [Open] opened.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// members reads a gzip file: one member after the other. It skips zero bytes behind the last
// member, because tapes and downloads are padded with them.
type members struct {
	file   *bufio.Reader
	member *gzip.Reader
}

func newMembers(file *bufio.Reader) (*members, error) {
	member, err := gzip.NewReader(file)
	if err != nil {
		return nil, broken(err)
	}
	member.Multistream(false)
	return &members{file, member}, nil
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.member.Read(p)
		if err != io.EOF {
			return n, broken(err)
		}
		if n > 0 {
			return n, nil // the next call returns io.EOF again
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
}

// next goes to the next member. It returns io.EOF if there is none.
func (m *members) next() error {
	for {
		head, err := m.file.Peek(len(content.Gzip))
		switch {
		case len(head) == 0:
			return err
		case head[0] == 0:
			m.file.Discard(1)
		case string(head) == content.Gzip:
			if err := m.member.Reset(m.file); err != nil {
				return broken(err)
			}
			m.member.Multistream(false)
			return nil
		default:
			return fmt.Errorf("gzip file is followed by other bytes: %w", content.ErrFormat)
		}
	}
}

// broken makes an error of the gzip stream one about the content. Those of the file system
// stay as they are.
func broken(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("gzip file is cut short: %w: %w", err, content.ErrFormat)
	}
	return fmt.Errorf("%w: %w", err, content.ErrFormat)
}
