package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MkdirAll makes a folder and the missing folders above it, and syncs the folders that hold
// them. Without that, a power failure may remove a new folder with all that was synced in it.
func MkdirAll(dir string) error {
	var above []string // the folder above each missing one
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		above = append(above, filepath.Dir(d))
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, d := range above {
		SyncFolder(d)
	}
	return nil
}

// SyncFolder makes the names in a folder survive a power failure. It ignores errors, because
// not every system can do this.
func SyncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
