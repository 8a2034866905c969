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
