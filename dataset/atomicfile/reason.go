package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
)

// Reason returns err without the operation and the path that package os puts before an error. It is for
// a message that has the path already.
func Reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// Named returns an error of [Open] or [Read] with the path of the file before it, once.
func Named(path string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", path, p.Err)
	}
	return err // of this package, which begins with the path
}
