package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/array"
	"gorgan/dataset/raster"
)

// npyOf writes an array of float32 to a file.
func npyOf(t *testing.T, values []float32, dims ...int) string {
	t.Helper()
	var b bytes.Buffer
	must(t, errors.Join(array.WriteNpyHeader(&b, dims...), array.WriteNpyValues(&b, values)))
	path := filepath.Join(t.TempDir(), "array.npy")
	must(t, os.WriteFile(path, b.Bytes(), 0o666))
	return path
}

// TestNoiseIsFinite: what no generator can draw from is refused, with its row.
func TestNoiseIsFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		path := npyOf(t, []float32{1, 0, -1, 1, 0.5, float32(bad)}, 3, 2)
		if _, err := readNoise(path, 2); err == nil || !strings.Contains(err.Error(), "row 2 has "+fmt.Sprint(bad)+" in column 1") {
			t.Errorf("%v: got %v", bad, err)
		}
	}
}

// TestNoiseOfMoreAxes: noise (N,dim,1,1), as other programs draw it, is that of rows.
func TestNoiseOfMoreAxes(t *testing.T) {
	want := []float32{1, 2, 3, 4, 5, 6}
	got, err := readNoise(npyOf(t, want, 2, 3, 1, 1), 3)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := readNoise(npyOf(t, want, 2, 3), 4); err == nil || !strings.Contains(err.Error(), "2 rows of 3 values, want (N,4)") {
		t.Errorf("got %v", err)
	}
}

// TestSamplesOfOtherSides: samples that have as many values as the data, and other sides, are not
// taken for theirs.
func TestSamplesOfOtherSides(t *testing.T) {
	shape := raster.Shape{Size: raster.Size{Height: 4, Width: 2}, Channels: 3}
	values := make([]float32, 24)
	for _, c := range []struct {
		dims []int
		ok   bool
	}{
		{[]int{1, 24}, true}, {[]int{1, 4, 2, 3}, true}, {[]int{1, 3, 4, 2}, true}, {[]int{1, 24, 1, 1}, true},
		{[]int{1, 2, 4, 3}, false}, {[]int{1, 3, 2, 4}, false}, {[]int{1, 3, 8}, false}, {[]int{1, 4, 6}, false},
	} {
		s, err := openSamples(npyOf(t, values, c.dims...))
		must(t, err)
		if stacked, err := s.stacked(shape); stacked || (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "want [4 2 3], as the data have") {
			t.Errorf("%v: %v", c.dims, err)
		}
	}
}

// TestSamplesOfAnyForm: images as bytes are from 0 to 1, and planes become pixels.
func TestSamplesOfAnyForm(t *testing.T) {
	bytesOf := func(shape string, values ...byte) string {
		header := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': %s, }\n", shape)
		path := filepath.Join(t.TempDir(), "bytes.npy")
		must(t, os.WriteFile(path, append([]byte("\x93NUMPY\x01\x00"+string(rune(len(header)))+"\x00"+header), values...), 0o666))
		return path
	}
	for name, c := range map[string]struct {
		path   string
		values int
		want   []float32
		notes  int
	}{
		"rows":   {npyOf(t, []float32{0, 1, 0.5, 0.25}, 2, 2), 2, []float32{0, 1, 0.5, 0.25}, 0},
		"images": {npyOf(t, []float32{0, 1, 0.5, 0.25}, 2, 1, 2), 2, []float32{0, 1, 0.5, 0.25}, 0},
		"planes": {npyOf(t, []float32{1, 2, 3, 4, 5, 6}, 1, 3, 1, 2), 6, []float32{1, 3, 5, 2, 4, 6}, 1},
		"bytes":  {bytesOf("(1, 2, 2)", 0, 51, 255, 102), 4, []float32{0, 0.2, 1, 0.4}, 1},
	} {
		s, err := openSamples(c.path)
		must(t, err)
		drawn, err := s.draw(t.Context(), 0)
		if err != nil || s.values != c.values || len(s.notes) != c.notes || fmt.Sprint(drawn.Values) != fmt.Sprint(c.want) {
			t.Errorf("%s: images of %d values, %v, notes %q, %v, want %v", name, s.values, drawn.Values, s.notes, err, c.want)
		}
	}
}
