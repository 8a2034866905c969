package dataset_test

import (
	"crypto/md5"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"strings"
	"testing"

	"gorgan/dataset"
	unpacked "gorgan/dataset/packed"
	"gorgan/dataset/raster"
)

func TestMNIST(t *testing.T) {
	for _, c := range []struct {
		split  string
		counts []int // published with the data
	}{
		{"train", []int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}},
		{"test", []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}},
	} {
		s, r := mustOpen(t, "mnist", dataset.Options{Split: c.split, Cache: -1})
		classes, total := map[int]int{}, 0
		for digit, n := range c.counts {
			classes[digit] = n
			total += n
		}
		if !maps.Equal(r.Classes, classes) || r.Images != total || s.Len() != total || s.Shape().Size != (raster.Size{Height: 28, Width: 28}) {
			t.Errorf("%s: report %+v", c.split, r)
		}
		if r.Kind != "mnist" || !r.Cached || len(s.Bytes()) != total*784 || r.Identical != 0 || !r.OK() {
			t.Errorf("%s: report %+v", c.split, r)
		}
	}
}

// TestMNISTFingerprint: runs have it written down.
func TestMNISTFingerprint(t *testing.T) {
	const want = "23bb7dc6cb34c75d17a14ad2f4ccc126112247a544155faaa8240a43349c4e97"
	if s, _ := mustOpen(t, "mnist", dataset.Options{}); s.Fingerprint() != want {
		t.Errorf("got %s", s.Fingerprint())
	}
}

func TestMNISTFilesAreThePublishedOnes(t *testing.T) {
	readme, err := os.ReadFile("mnist/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		f, err := unpacked.Open("mnist/" + name + ".gz")
		if err != nil {
			t.Fatal(err)
		}
		h := md5.New()
		if _, err := io.Copy(h, f); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if line := hex.EncodeToString(h.Sum(nil)) + "  " + name; !strings.Contains(string(readme), line) {
			t.Errorf("README has no line %q", line)
		}
	}
}
