package dataset

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// The IDX format, after Y. LeCun, "The MNIST database of handwritten digits": a big-endian
// magic number, the length of each dimension in 4 bytes, then the values, here bytes.
const (
	imagesMagic  = 0x00000803
	labelsMagic  = 0x00000801
	imagesHeader = 16
	labelsHeader = 8
)

var gzipMagic = []byte{0x1f, 0x8b}

// maxInflation bounds how many bytes one byte of a deflate stream can become (RFC 1951: 258
// bytes from two one-bit codes).
const maxInflation = 1032

// unproven is the largest allocation, in bytes, on the word of a header alone.
const unproven = 32 << 20

// stored is a file on disk or in the program.
type stored struct {
	name string
	open func() (fs.File, error)
}

func onDisk(path string) stored {
	return stored{path, func() (fs.File, error) {
		f, _, err := atomicfile.Open(path)
		if err != nil {
			return nil, err // not a nil *os.File in an fs.File
		}
		return f, nil
	}}
}

// notOpened returns why the file at path could not be opened, and names the path once.
func notOpened(path string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", path, p.Err)
	}
	return err // package atomicfile's own, which begins with the path
}

// unpacked reads the content of an IDX file, and unpacks it if it is in gzip.
type unpacked struct {
	name   string
	file   fs.File
	reader *bufio.Reader
	packed bool
	length int64 // exact if the file is not packed, else a bound
	offset int64 // in the content
}

func unpack(f stored) (*unpacked, error) {
	file, err := f.open()
	if err != nil {
		return nil, notOpened(f.name, err)
	}
	u := &unpacked{name: f.name, file: file}
	if err := u.start(); err != nil {
		file.Close()
		return nil, u.failed(err)
	}
	return u, nil
}

func (u *unpacked) start() error {
	info, err := u.file.Stat()
	if err != nil {
		return err
	}
	u.length = info.Size()
	buffered := bufio.NewReaderSize(u.file, 1<<16)
	u.reader = buffered
	if head, _ := buffered.Peek(2); !bytes.Equal(head, gzipMagic) {
		return nil
	}
	u.packed = true
	u.length *= maxInflation
	members, err := newMembers(buffered)
	if err != nil {
		return err
	}
	u.reader = bufio.NewReader(members)
	return nil
}

func (u *unpacked) Close() error { return u.file.Close() }

// failed returns a reading error with its place in the file.
func (u *unpacked) failed(err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: offset %d: %w", u.name, u.offset, plain(err))
	}
	if err == io.ErrUnexpectedEOF {
		err = errors.New("gzip file is cut short")
	}
	return fmt.Errorf("%s: offset %d: %w: %w", u.name, u.offset, err, content.ErrFormat)
}

// read fills p. total is the length that the content should have.
func (u *unpacked) read(p []byte, total int64) error {
	n, err := io.ReadFull(u.reader, p)
	u.offset += int64(n)
	switch {
	case err == nil:
		return nil
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		return u.failed(err)
	case u.torn():
		return fmt.Errorf("%s: offset %d: gzip file is cut short, want %d bytes unpacked: %w", u.name, u.offset, total, content.ErrFormat)
	}
	return fmt.Errorf("%s: ends at offset %d, want %d bytes: %w", u.name, u.offset, total, content.ErrFormat)
}

// torn reports whether the gzip stream itself, and not its content, ended too early.
func (u *unpacked) torn() bool {
	if !u.packed {
		return false
	}
	_, err := u.reader.Read(make([]byte, 1))
	return err != io.EOF
}

// end checks that nothing follows.
func (u *unpacked) end() error {
	n, err := io.ReadFull(u.reader, make([]byte, 1))
	if n > 0 {
		return fmt.Errorf("%s: offset %d: want the end of the file, got more bytes: %w", u.name, u.offset, content.ErrFormat)
	}
	if err != io.EOF {
		return u.failed(err)
	}
	return nil
}

// proven checks that a file has the bytes that its header claims, before memory for them is
// allocated. It unpacks a large packed file for this, because the length of the file is only
// a bound.
func (u *unpacked) proven(ctx context.Context, f stored, want int64) error {
	if !u.packed {
		if u.length < want {
			return fmt.Errorf("%s: ends at offset %d, want %d bytes: %w", u.name, u.length, want, content.ErrFormat)
		}
		return nil
	}
	if want <= unproven {
		return nil
	}
	all, err := unpack(f)
	if err != nil {
		return err
	}
	defer all.Close()
	for piece := make([]byte, chunkBytes); all.offset < want; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := all.read(piece[:min(int64(len(piece)), want-all.offset)], want); err != nil {
			return err
		}
	}
	return nil
}

// header reads the magic number and the dimensions. It checks all that can be checked before
// the values are read, and allocates nothing on the word of the header.
func (u *unpacked) header(magic uint32, dims int) ([]int64, error) {
	raw := make([]byte, 4+4*dims)
	if err := u.read(raw[:4], int64(len(raw))); err != nil {
		return nil, err
	}
	if got := binary.BigEndian.Uint32(raw); got != magic {
		rest, _ := u.reader.Peek(508)
		if kind := content.Name(append(raw[:4:4], rest...)); kind != "" {
			return nil, fmt.Errorf("%s: is %s, want an IDX file: %w", u.name, kind, content.ErrFormat)
		}
		return nil, fmt.Errorf("%s: offset 0: magic number is 0x%08x%s, want 0x%08x%s: %w",
			u.name, got, magicName(got), magic, magicName(magic), content.ErrFormat)
	}
	if err := u.read(raw[4:], int64(len(raw))); err != nil {
		return nil, err
	}
	shape := make([]int64, dims)
	for d := range shape {
		shape[d] = int64(binary.BigEndian.Uint32(raw[4+4*d:]))
	}
	if shape[0] == 0 {
		return nil, fmt.Errorf("%s: offset 4: count is %d, want 1 or more: %w", u.name, shape[0], content.ErrFormat)
	}
	return shape, nil
}

func magicName(magic uint32) string {
	switch magic {
	case imagesMagic:
		return " (images)"
	case labelsMagic:
		return " (labels)"
	}
	return ""
}

// imagesShape reads the header of an image file and checks it against the file's length.
func (u *unpacked) imagesShape() (count int, size raster.Size, err error) {
	shape, err := u.header(imagesMagic, 3)
	if err != nil {
		return 0, raster.Size{}, err
	}
	if shape[1] > raster.MaxPixels || shape[2] > raster.MaxPixels {
		return 0, raster.Size{}, fmt.Errorf("%s: offset 8: image size is %dx%d, want at most %d pixels: %w",
			u.name, shape[1], shape[2], raster.MaxPixels, content.ErrFormat)
	}
	size = raster.Size{Height: int(shape[1]), Width: int(shape[2])}
	if err := size.Check(); err != nil {
		return 0, raster.Size{}, fmt.Errorf("%s: offset 8: %w", u.name, err)
	}
	want := imagesHeader + shape[0]*int64(size.Area())
	if u.packed && want > u.length {
		return 0, raster.Size{}, fmt.Errorf("%s: offset 4: header says %d images of %v, %d bytes, more than the gzip file can hold: %w",
			u.name, shape[0], size, want, content.ErrFormat)
	}
	if !u.packed && want != u.length {
		return 0, raster.Size{}, fmt.Errorf("%s: offset 4: header says %d images of %v, want %d bytes, got %d: %w",
			u.name, shape[0], size, want, u.length, content.ErrFormat)
	}
	if count = int(shape[0]); int64(count) != shape[0] {
		return 0, raster.Size{}, fmt.Errorf("%s: offset 4: %d images are more than a 32-bit system can count", u.name, shape[0])
	}
	return count, size, nil
}

// readLabels reads the labels file of count images.
func readLabels(ctx context.Context, f stored, count int) ([]byte, error) {
	u, err := unpack(f)
	if err != nil {
		return nil, err
	}
	defer u.Close()
	shape, err := u.header(labelsMagic, 1)
	if err != nil {
		return nil, err
	}
	if shape[0] != int64(count) {
		return nil, fmt.Errorf("%s: offset 4: count is %d labels, want %d, one per image: %w", f.name, shape[0], count, content.ErrFormat)
	}
	want := labelsHeader + shape[0]
	if err := u.proven(ctx, f, want); err != nil {
		return nil, err
	}
	labels := make([]byte, count)
	if err := u.read(labels, want); err != nil {
		return nil, err
	}
	return labels, u.end()
}
