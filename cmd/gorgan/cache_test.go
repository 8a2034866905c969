package main

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"gorgan/dataset/array"
	"gorgan/model/run"
)

// TestCacheOfAMirroredSet: the images that are trained on keep to --cache, mirrored ones as well.
func TestCacheOfAMirroredSet(t *testing.T) {
	path := arrayOf(t, 1500, 32, 32) // 1.5 MB
	for _, c := range []struct {
		mirror bool
		cache  int64
		kept   bool
	}{{false, 2 << 20, true}, {true, 2 << 20, false}, {true, 4 << 20, true}, {true, -1, false}} {
		s := run.Settings{Data: path, Reading: run.DefaultReading(), Mirror: c.mirror}
		d, err := openData(t.Context(), newUI(io.Discard, io.Discard), &s, sourceOptions{Reading: s.Reading, cache: c.cache, given: given{"cache": true}}, true, false)
		must(t, err)
		if got := d.train.Bytes() != nil; got != c.kept {
			t.Errorf("mirror %v, cache %d: kept %v, want %v", c.mirror, c.cache, got, c.kept)
		}
	}
}

// TestCacheFitsTheMemory: a set that would not fit in memory three times is read from disk, unless
// --cache says otherwise.
func TestCacheFitsTheMemory(t *testing.T) {
	path := arrayOf(t, 32<<10, 32, 32) // 32 MB
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(memory()*1e6) + 64<<20))
	for _, explicit := range []bool{false, true} {
		set, _, err := openSource(t.Context(), newUI(io.Discard, io.Discard), path, "train", sourceOptions{Reading: run.DefaultReading(), cache: 1 << 30, given: given{"cache": explicit}})
		must(t, err)
		if kept := set.Bytes() != nil; kept != explicit {
			t.Errorf("cache given %v: kept %v", explicit, kept)
		}
	}
	debug.SetMemoryLimit(math.MaxInt64)
}

// arrayOf writes a .npy file of grey images, in which no byte is the same as the one before.
func arrayOf(t *testing.T, dims ...int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "images.npy")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	must(t, array.WriteNpyHeader(f, dims...))
	values := make([]float32, dims[1]*dims[2])
	for i := range dims[0] {
		for k := range values {
			values[k] = float32((i*7+k*31)%256) / 255
		}
		must(t, array.WriteNpyValues(f, values))
	}
	return path
}
