package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"gorgan/dataset/atomicfile"
)

// TestMkdirAll: that what it makes lasts is shown by TestCrash of cmd/gorgan.
func TestMkdirAll(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"a/b/c", "a/b/c", "a/d/", ".", filepath.Join(t.TempDir(), "x", "y")} {
		if err := atomicfile.MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			t.Errorf("%s is not there: %v", dir, err)
		}
	}
	put(t, "file", "")
	for _, dir := range []string{"file", "file/x", ""} {
		if err := atomicfile.MkdirAll(dir); err == nil {
			t.Errorf("%q was made", dir)
		}
	}
}
