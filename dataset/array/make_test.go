package array_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"gorgan/dataset/array"
	"gorgan/dataset/raster"
)

// idx makes an IDX file.
func idx(kind byte, values []byte, dims ...uint32) []byte {
	b := []byte{0, 0, kind, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, values...)
}

func idxImages(count, height, width uint32, pixels []byte) []byte {
	return idx(8, pixels, count, height, width)
}

func idxLabels(labels ...byte) []byte { return idx(8, labels, uint32(len(labels))) }

func packed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// write writes a file and the folders above it.
func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o777))
	must(t, os.WriteFile(path, data, 0o666))
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// roomy are options with memory for all.
var roomy = array.Options{Memory: 1 << 30}

// mustOpen opens what has to be good.
func mustOpen(t testing.TB, path string, o array.Options) *array.Images {
	t.Helper()
	a, ok, err := array.Open(t.Context(), path, o)
	if err != nil || !ok {
		t.Fatalf("%s: recognised %v, %v", path, ok, err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// fails returns the error of what must not open.
func fails(t testing.TB, path string, o array.Options) error {
	t.Helper()
	a, _, err := array.Open(t.Context(), path, o)
	if err == nil || a != nil {
		t.Fatalf("%s: opened as %+v, %v", path, a, err)
	}
	return err
}

// openBytes opens IDX files that exist in memory only; nil labels are absent ones.
func openBytes(t testing.TB, images, labels []byte, o array.Options) (*array.Images, error) {
	files := fstest.MapFS{"images": {Data: images}, "labels": {Data: labels}}
	at := func(name string) array.File {
		return array.File{Name: name, Open: func() (fs.File, error) { return files.Open(name) }}
	}
	if labels == nil {
		return array.OpenIDX(t.Context(), at("images"), nil, o)
	}
	beside := at("labels")
	return array.OpenIDX(t.Context(), at("images"), &beside, o)
}

// same fails unless a has these images and labels, read one by one and at once.
func same(t testing.TB, a *array.Images, shape raster.Shape, pixels []byte, labels []int32) {
	t.Helper()
	n := shape.Values()
	if a.Shape != shape || a.Len()*n != len(pixels) {
		t.Fatalf("%d images of %v, want %d of %v", a.Len(), a.Shape, len(pixels)/n, shape)
	}
	if all := a.Bytes(); all != nil && !bytes.Equal(all, pixels) {
		t.Fatalf("pixels are %v, want %v", all, pixels)
	}
	for i := range a.Len() {
		got := make([]byte, n)
		if err := a.Read(got, i); err != nil || !bytes.Equal(got, pixels[i*n:(i+1)*n]) {
			t.Fatalf("image %d is %v, %v, want %v", i, got, err, pixels[i*n:(i+1)*n])
		}
	}
	if len(a.Labels) != len(labels) {
		t.Fatalf("labels are %v, want %v", a.Labels, labels)
	}
	for i := range labels {
		if a.Labels[i] != labels[i] {
			t.Fatalf("labels are %v, want %v", a.Labels, labels)
		}
	}
}

// noted fails unless the notes have these parts, one each, in order.
func noted(t testing.TB, a *array.Images, parts ...string) {
	t.Helper()
	if len(a.Notes) != len(parts) {
		t.Fatalf("notes are %q, want %q", a.Notes, parts)
	}
	for i := range parts {
		if !strings.Contains(a.Notes[i], parts[i]) {
			t.Errorf("note is %q, want %q in it", a.Notes[i], parts[i])
		}
	}
}

// says fails unless err is there and its text is one line with all the parts.
func says(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 600 {
		t.Errorf("error is not one short line: %q", err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error is %q, want %q in it", err, part)
		}
	}
}

func grey(height, width int) raster.Shape {
	return raster.Grey(raster.Size{Height: height, Width: width})
}

func colour(height, width int) raster.Shape {
	return raster.Shape{Size: raster.Size{Height: height, Width: width}, Channels: raster.RGB}
}

func readGolden(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	must(t, err)
	return data
}
