package array_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/dataset/array"
	"gorgan/dataset/raster"
)

// TestNpzRoundTrip: images and labels that are written are read again, and have the form that NumPy writes.
func TestNpzRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	rapid.Check(t, func(r *rapid.T) {
		count, height, width := rapid.IntRange(1, 6).Draw(r, "count"), rapid.IntRange(4, 7).Draw(r, "height"), rapid.IntRange(4, 7).Draw(r, "width")
		shape := raster.Shape{Size: raster.Size{Height: height, Width: width}, Channels: rapid.SampledFrom([]int{1, 3}).Draw(r, "channels")}
		n := count * shape.Values()
		pixels := rapid.SliceOfN(rapid.Byte(), n, n).Draw(r, "pixels")
		labels := rapid.SliceOfN(rapid.Int64Range(0, 1000), count, count).Draw(r, "labels")
		var b bytes.Buffer
		z := array.NewNpzWriter(&b)
		w, err := z.Uint8("arr_0", count, height, width, shape.Channels)
		must(t, err)
		half := n / 2
		for _, part := range [][]byte{pixels[:half], pixels[half:]} {
			_, err := w.Write(part)
			must(t, err)
		}
		must(t, errors.Join(z.Int64("arr_1", labels), z.Close()))

		archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		must(t, err)
		for i, want := range []string{"'descr': '|u1'", "'descr': '<i8'"} {
			f, err := archive.File[i].Open()
			must(t, err)
			text, err := io.ReadAll(f)
			must(t, err)
			if name := []string{"arr_0.npy", "arr_1.npy"}[i]; archive.File[i].Name != name || archive.File[i].Method != zip.Store || !strings.Contains(string(text[:128]), want) {
				r.Fatalf("array %d is %s of %q, want %s of %s", i, archive.File[i].Name, text[:128], name, want)
			}
		}
		a, ok, err := array.Open(t.Context(), write(t, path, b.Bytes()), roomy)
		must(t, err)
		if !ok || a.Shape != shape || a.Len() != count || !bytes.Equal(a.Bytes(), pixels) {
			r.Fatalf("%d images of %v, want %d of %v", a.Len(), a.Shape, count, shape)
		}
		for i, l := range labels {
			if int64(a.Labels[i]) != l {
				r.Fatalf("labels are %v, want %v", a.Labels, labels)
			}
		}
		must(t, a.Close())
	})
}
