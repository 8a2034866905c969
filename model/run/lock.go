package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/gofrs/flock"

	"gorgan/dataset/atomicfile"
)

// LockFile is locked by the process that trains in a run's folder, and names it. The file
// stays when the run ends: removing it could let two processes lock two different files.
const LockFile = "lock"

// longestHolder is more than the bytes of a lock file.
const longestHolder = 1 << 10

// lockRun locks a run's folder for this process, until the lock is closed or the process
// ends. If another process trains in the folder, the error names that process.
func lockRun(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, LockFile)
	if err := ownFile(path); err != nil {
		return nil, err
	}
	l := flock.New(path, flock.SetPermissions(0o666))
	// Who asks whether a process trains here has the lock for a moment.
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	locked, err := l.TryLockContext(ctx, 10*time.Millisecond)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%s: cannot be locked: %w", path, err)
	}
	if !locked {
		return nil, fmt.Errorf("run folder %s is in use by %s; wait until it ends, or train with another --out", dir, holder(path))
	}
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	// Writing can fail on a full disk, and on Windows, where a locked file cannot be written
	// through another handle. Then the message above has no name, and nothing else is lost.
	_ = os.WriteFile(path, fmt.Appendf(nil, "process %d on host %s\n", os.Getpid(), host), 0o666)
	return l, nil
}

// InUse reports whether a process trains in a run's folder. It is false where that cannot be told.
func InUse(dir string) bool {
	path := filepath.Join(dir, LockFile)
	if ownFile(path) != nil || !exists(path) {
		return false
	}
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	locked, err := l.TryRLock()
	return errors.Join(err, l.Close()) == nil && !locked
}

// holder returns who has locked the file. On Windows, others cannot read a locked file.
func holder(path string) string {
	text, err := atomicfile.Read(path, longestHolder)
	if who := strings.TrimSpace(string(text)); err == nil && who != "" {
		return strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, who)
	}
	return "another process"
}

// ownFile returns an error if path exists and is not a regular file. The run opens its files for
// writing. A link would lead to somebody else's file, and a FIFO would wait forever.
func ownFile(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is a link, a folder or a device, want a regular file", path)
	}
	return nil
}
