package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// WriteFile makes the file at path appear whole or not at all: write fills a temporary file
// in the same folder, which is synced to disk and renamed to path, replacing what was there.
// When anything fails, path is as before and the temporary file is gone. What write returns
// is wrapped in the error, with the path.
func WriteFile(path string, write func(io.Writer) error) error {
	if err := replaceFile(path, true, write); err != nil {
		return fmt.Errorf("dataset: %s: not written: %w", path, err)
	}
	syncFolder(filepath.Dir(path))
	return nil
}

func replaceFile(path string, durable bool, write func(io.Writer) error) (err error) {
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	buffered := bufio.NewWriter(f)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return plain(err)
	}
	if durable {
		if err := f.Sync(); err != nil {
			return plain(err)
		}
	}
	if err := f.Close(); err != nil {
		return plain(err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		if l, ok := errors.AsType[*os.LinkError](err); ok {
			return l.Err
		}
		return err
	}
	return nil
}

// createBeside makes a temporary file in path's folder, with the permissions of any new file.
func createBeside(path string) (*os.File, error) {
	for {
		name := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, plain(err)
		}
		return f, nil
	}
}

// syncFolder makes a rename last through a power failure. Not every system can: there its
// error has no meaning.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
