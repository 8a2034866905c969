// Package atomicfile writes files that appear whole or not at all, and reads small files
// with a limit.
//
// [Write] fills a temporary file NAME.XXXXXXXX.tmp beside the file, syncs it and renames it.
// A process that is killed in between leaves the temporary file behind: [RemoveTemporaries]
// removes those.
package atomicfile

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

// Write makes the file at path appear whole or not at all. The function write fills a temporary
// file in the same folder, and Write syncs it to disk and renames it to path. It replaces a
// file that is there and keeps its permissions. It replaces a symbolic link and does not follow
// it. If anything fails, path is unchanged and the temporary file is removed. The error has the
// path and wraps the error of the function write.
func Write(path string, write func(io.Writer) error) error {
	if err := replace(path, true, write); err != nil {
		return fmt.Errorf("%s: not written: %w", path, err)
	}
	SyncFolder(filepath.Dir(path))
	return nil
}

// WriteText is Write of a text that is in memory.
func WriteText(path string, text []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// WriteUnsynced is Write without the two syncs. After a power failure the file may be missing,
// empty or torn. It is for the many files of an export, which can be made again.
func WriteUnsynced(path string, write func(io.Writer) error) error {
	if err := replace(path, false, write); err != nil {
		return fmt.Errorf("%s: not written: %w", path, err)
	}
	return nil
}

func replace(path string, durable bool, write func(io.Writer) error) (err error) {
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
		if e, ok := errors.AsType[*fs.PathError](err); ok && e.Path == f.Name() {
			return e.Err // the error without the temporary name
		}
		return err
	}
	if err := buffered.Flush(); err != nil {
		return Reason(err)
	}
	if old, err := os.Lstat(path); err == nil && old.Mode().IsRegular() {
		// The error is ignored, because not every file system has permissions.
		_ = f.Chmod(old.Mode().Perm())
	}
	if durable {
		if err := f.Sync(); err != nil {
			return Reason(err)
		}
	}
	if err := f.Close(); err != nil {
		return Reason(err)
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
	dir, base := filepath.Split(path)
	for {
		name := temporaryName(base, rand.Uint32())
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, Reason(err)
		}
		return f, nil
	}
}
