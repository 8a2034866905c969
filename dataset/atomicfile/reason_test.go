package atomicfile

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestNamed: an error names the file once, and is still what it was.
func TestNamed(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "absent"), dir} {
		_, err := Read(path, 1)
		if named := Named(path, err).Error(); !strings.HasPrefix(named, path) || strings.Count(named, path) != 1 {
			t.Errorf("got %q", named)
		}
		if reason := Reason(err); errors.Is(err, fs.ErrNotExist) != errors.Is(reason, fs.ErrNotExist) {
			t.Errorf("reason is %v of %v", reason, err)
		}
	}
	_, err := Read(filepath.Join(dir, "absent"), 1)
	if reason := Reason(err).Error(); strings.Contains(reason, dir) || !errors.Is(Named("x", err), fs.ErrNotExist) {
		t.Errorf("reason is %q", reason)
	}
}
