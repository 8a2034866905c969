package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MkdirAll makes a folder and those above it that are missing, and syncs the folders they
// are in: without that a power failure may take a new folder with all that was synced in it.
func MkdirAll(dir string) error {
	var above []string // of each folder that is missing
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

// SyncFolder makes the names in a folder last through a power failure. Not every system can:
// there its error has no meaning.
func SyncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
