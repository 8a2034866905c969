package dataset

import (
	"slices"
	"strings"
	"testing"

	"gorgan/dataset/raster"
)

// TestFirst: the first images are the set that holds just these, in memory or not.
func TestFirst(t *testing.T) {
	pixels, labels := make([]byte, 5*6), []int{3, -1, 0, 7, 7}
	for i := range pixels {
		pixels[i] = byte(17 * i)
	}
	size := raster.Size{Height: 2, Width: 3}
	whole, err := FromPixels("five", raster.Grey(size), pixels, labels)
	if err != nil {
		t.Fatal(err)
	}
	onDisk := *whole
	onDisk.pixels = nil
	onDisk.decode = func(dst []byte, i int) error { return whole.Read(dst, i) }
	for n := 1; n <= 5; n++ {
		want, err := FromPixels("five", raster.Grey(size), pixels[:n*6], labels[:n])
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]*Set{"in memory": whole, "on disk": &onDisk} {
			got, err := s.First(n)
			if err != nil {
				t.Fatal(err)
			}
			if got.Len() != n || got.Fingerprint() != want.Fingerprint() || got.Label(n-1) != labels[n-1] || got.Label(n) != -1 {
				t.Errorf("%s: the first %d: %d images, label %d", name, n, got.Len(), got.Label(n-1))
			}
			if name == "in memory" && !slices.Equal(got.Bytes(), pixels[:n*6]) {
				t.Errorf("the first %d hold other pixels", n)
			}
			if err := got.Read(make([]byte, 6), n); err == nil {
				t.Errorf("%s: image %d of %d", name, n, n)
			}
		}
	}
	for _, n := range []int{0, -1, 6} {
		if _, err := whole.First(n); err == nil || !strings.Contains(err.Error(), "want 1 to 5") {
			t.Errorf("the first %d: %v", n, err)
		}
	}
}

// TestSelect: the selected images are the set that holds just these, in that order.
func TestSelect(t *testing.T) {
	whole, onDisk := coloured(t)
	const each = 2 * 2 * 3
	indices := []int{4, 0, 0, 2}
	var pixels []byte
	for _, i := range indices {
		pixels = append(pixels, whole.pixels[i*each:][:each]...)
	}
	want, err := FromPixels("four", whole.Shape(), pixels, []int{7, 3, 3, 0})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Set{"in memory": whole, "on disk": onDisk} {
		got, err := s.Select(indices)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, got, want)
		if (got.Bytes() != nil) != (s.Bytes() != nil) {
			t.Errorf("%s: the selection is in memory: %v", name, got.Bytes() != nil)
		}
	}
	for _, bad := range [][]int{nil, {5}, {0, -1}} {
		if _, err := whole.Select(bad); err == nil {
			t.Errorf("images %v are selected", bad)
		}
	}
}

// TestMirroredSet: behind the images come the same with each row of pixels reversed.
func TestMirroredSet(t *testing.T) {
	whole, onDisk := coloured(t)
	const each = 2 * 2 * 3
	pixels := slices.Clone(whole.pixels)
	for i := range 5 {
		p := whole.pixels[i*each:][:each]
		pixels = append(pixels, p[3], p[4], p[5], p[0], p[1], p[2], p[9], p[10], p[11], p[6], p[7], p[8])
	}
	labels := []int{3, -1, 0, 7, 7}
	want, err := FromPixels("ten", whole.Shape(), pixels, append(labels, labels...))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Set{"in memory": whole, "on disk": onDisk} {
		got, err := s.Mirrored()
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, got, want)
	}
}

// coloured returns a set of five images of 2x2x3 in memory, and the same set on disk.
func coloured(t *testing.T) (whole, onDisk *Set) {
	t.Helper()
	shape := raster.Shape{Size: raster.Size{Height: 2, Width: 2}, Channels: raster.RGB}
	pixels := make([]byte, 5*shape.Values())
	for i := range pixels {
		pixels[i] = byte(29 * i)
	}
	whole, err := FromPixels("five", shape, pixels, []int{3, -1, 0, 7, 7})
	if err != nil {
		t.Fatal(err)
	}
	other := *whole
	other.pixels, other.decode = nil, whole.Read
	return whole, &other
}

// same fails unless two sets have the same images and labels.
func same(t *testing.T, name string, got, want *Set) {
	t.Helper()
	if got.Len() != want.Len() || got.Shape() != want.Shape() || got.Fingerprint() != want.Fingerprint() {
		t.Fatalf("%s: %d images of %v, fingerprint %.12s, want %d of %v, %.12s", name,
			got.Len(), got.Shape(), got.Fingerprint(), want.Len(), want.Shape(), want.Fingerprint())
	}
	a, b := make([]byte, want.Shape().Values()), make([]byte, want.Shape().Values())
	for i := range want.Len() {
		if err := got.Read(a, i); err != nil {
			t.Fatal(err)
		}
		if err := want.Read(b, i); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a, b) || got.Label(i) != want.Label(i) {
			t.Errorf("%s: image %d is %v with label %d, want %v with %d", name, i, a, got.Label(i), b, want.Label(i))
		}
	}
}

func TestNamed(t *testing.T) {
	whole, _ := coloured(t)
	if _, err := whole.Named([]string{"a", "b", "c", "d", "e", "f", "g"}); err == nil || !strings.Contains(err.Error(), "image 3 has label 7, and there are names for 7 labels") {
		t.Errorf("got %v", err)
	}
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	got, err := whole.Named(names)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "named", got, whole)
	if !slices.Equal(got.Classes(), names) || whole.Classes() != nil {
		t.Errorf("names are %v, and those of the other set %v", got.Classes(), whole.Classes())
	}
}
