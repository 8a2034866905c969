package array

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/packed"
)

// unproven is the largest allocation, in bytes, on the word of a header alone.
const unproven = 32 << 20

// chunkBytes is about how much of a file is processed at a time.
const chunkBytes = 256 << 10

// File is a file on disk, in the program or in an archive.
type File struct {
	Name string
	Open func() (fs.File, error)
}

func onDisk(path string) File {
	return File{path, func() (fs.File, error) {
		f, _, err := atomicfile.Open(path)
		if err != nil {
			return nil, err // not a nil *os.File in an fs.File
		}
		return f, nil
	}}
}

// unpacked reads the content of a file, and unpacks it if it is in gzip.
type unpacked struct {
	*packed.Reader
	name   string
	from   File
	file   fs.File
	offset int64 // in the content
}

func unpack(f File) (*unpacked, error) {
	file, err := f.Open()
	if err != nil {
		return nil, atomicfile.Named(f.Name, err)
	}
	u := &unpacked{name: f.Name, from: f, file: file}
	info, err := file.Stat()
	if err == nil {
		u.Reader, err = packed.New(file, info.Size())
	}
	if err != nil {
		file.Close()
		return nil, u.failed(err)
	}
	return u, nil
}

func (u *unpacked) Close() error { return u.file.Close() }

// failed returns a reading error with its place in the file.
func (u *unpacked) failed(err error) error {
	return fmt.Errorf("%s: offset %d: %w", u.name, u.offset, atomicfile.Reason(err))
}

// wrong returns an error about what is in the file.
func (u *unpacked) wrong(format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", u.name, fmt.Sprintf(format, args...), content.ErrFormat)
}

// read fills p. total is the length that the content should have.
func (u *unpacked) read(p []byte, total int64) error {
	n, err := io.ReadFull(u.Reader, p)
	u.offset += int64(n)
	switch {
	case err == nil:
		return nil
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		return u.failed(err)
	}
	return u.wrong("ends at offset %d, want %d bytes", u.offset, total)
}

// end checks that nothing follows.
func (u *unpacked) end() error {
	_, err := u.ReadByte()
	if err == nil {
		return u.wrong("offset %d: want the end of the file, got more bytes", u.offset)
	}
	if err != io.EOF {
		return u.failed(err)
	}
	return nil
}

// exact reports whether Most is the length of the content and not a bound.
func (u *unpacked) exact() bool {
	_, ok := u.file.(io.ReaderAt)
	return ok && !u.Packed()
}

// holds checks, before anything is read, that the content can have the length total. what says
// what has this length.
func (u *unpacked) holds(total int64, what string) error {
	if u.exact() && total != u.Most() {
		return u.wrong("%s, want %d bytes, got %d", what, total, u.Most())
	}
	if total > u.Most() {
		return u.wrong("%s, %d bytes, more than the packed file can hold", what, total)
	}
	return nil
}

// proven checks that a file has the bytes that its header claims, before memory for them is
// allocated. It unpacks a large packed file for this, because the length of the file is only
// a bound. It refuses a decompression bomb.
func (u *unpacked) proven(ctx context.Context, want int64) error {
	if u.exact() {
		if u.Most() < want {
			return u.wrong("ends at offset %d, want %d bytes", u.Most(), want)
		}
		return nil
	}
	if want <= unproven {
		return nil
	}
	all, err := unpack(u.from)
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
	err = u.CheckBomb(want)
	if in, ok := u.file.(*inflated); ok {
		err = packed.CheckBomb(want, int64(in.member.CompressedSize64))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", u.name, err)
	}
	return nil
}
