package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/gofrs/flock"

	"gorgan/dataset/atomicfile"
)

// LockFile is locked by the process that trains in a run's folder, and names it. The file
// stays when the run ends: removing it could let two processes lock two different files.
const LockFile = "lock"

// longestHolder is more than what a lock file holds.
const longestHolder = 1 << 10

// lockRun locks a run's folder for this process, until the lock is closed or the process
// ends. A folder that another process trains in is an error that names the process.
func lockRun(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, LockFile)
	if err := ownFile(path); err != nil {
		return nil, err
	}
	l := flock.New(path, flock.SetPermissions(0o666))
	locked, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be locked: %w", path, err)
	}
	if !locked {
		return nil, fmt.Errorf("run folder %s is in use by %s; wait until it ends, or train with another --out", dir, holder(path))
	}
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	// Not written, it costs the name in the message above and nothing else: on a full disk,
	// or on Windows, where a locked file cannot be written through another handle.
	_ = os.WriteFile(path, fmt.Appendf(nil, "process %d on host %s\n", os.Getpid(), host), 0o666)
	return l, nil
}

// holder is who has locked the file. Windows does not let others read a locked file.
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

// ownFile returns an error if path is there and is no regular file. A run's files are opened
// for writing: a link would lead to somebody else's file, and a FIFO waits for ever.
func ownFile(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is a link, a folder or a device, want a regular file", path)
	}
	return nil
}
