//go:build unix

package dataset_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// TestTooManyOpenFiles: that is an error of the system, not of an image.
func TestTooManyOpenFiles(t *testing.T) {
	var files []*os.File
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	var limit, low syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	list := pngList(t, t.TempDir(), randomSet(t, 20, raster.Size{Height: 2, Width: 2}))
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	low = limit
	low.Cur = 64
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		files = append(files, f)
	}
	files[len(files)-1].Close() // for the list itself
	files = files[:len(files)-1]
	_, _, err := dataset.Open(t.Context(), list, dataset.Options{})
	if !errors.Is(err, syscall.EMFILE) {
		t.Errorf("got %v", err)
	}
	says(t, err, "line 1: ", "too many open files", "ulimit -n")
}
