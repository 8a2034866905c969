package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrTooLarge is wrapped by errors about a file that is larger than the limit for its kind.
var ErrTooLarge = errors.New("too large")

// Open opens a regular file for reading. For a folder, a FIFO or a device it returns an error
// that says so: a FIFO would make the reader wait forever, and a device may have no end. The
// caller must close the file. Open follows links.
func Open(path string) (*os.File, os.FileInfo, error) {
	// The check comes before opening, because opening a FIFO waits for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = regular(path, info)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func regular(path string, info os.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return fmt.Errorf("%s is a folder, want a file", path)
	default:
		return fmt.Errorf("%s is a device, a FIFO or a socket, want a regular file", path)
	}
}

// Read reads a regular file of at most limit bytes. It does not read a larger one, and returns
// an error that wraps [ErrTooLarge].
func Read(path string, limit int64) ([]byte, error) {
	f, info, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, want at most %d: %w", path, info.Size(), limit, ErrTooLarge)
	}
	// Files of /proc have size 0 and hold more, so the limit also applies while reading.
	text := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := text.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, err
	}
	if int64(text.Len()) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes: %w", path, limit, ErrTooLarge)
	}
	return text.Bytes(), nil
}
