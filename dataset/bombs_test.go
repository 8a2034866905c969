package dataset_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
)

// TestPackedBombs: what is packed better than any image is refused before it is held, in every
// form in which a source can be packed.
func TestPackedBombs(t *testing.T) {
	const length = 65 << 20
	zeros := func(head string) []byte { return append([]byte(head), make([]byte, length)...) }
	png := zeros("\x89PNG\r\n\x1a\n")
	const bomb = "as a decompression bomb does"
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"idx.gz": {packed(idxImages(length, 1, 1, zeros(""))), bomb},
		"npz":    {zipOf(t, "images.npy", npyClaim("(65, 1024, 1024)", length)), bomb},
		"tar.gz": {packed(tarClaim("a.png", int64(len(png)), (len(png)+511)/512*512)), bomb},
		"zip":    {zipOf(t, "a.png", png), "a.png: has 68157448 bytes, want at most 33554432: too large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, report, err := dataset.Open(t.Context(), write(t, filepath.Join(t.TempDir(), name), c.data), dataset.Options{})
			if err == nil {
				err = report.Err()
			}
			says(t, err, c.want)
		})
	}
}

// TestMetadataOfFewImages: a list in an archive takes no more memory than its images can need.
func TestMetadataOfFewImages(t *testing.T) {
	for name, c := range map[string]struct {
		text []byte
		want string
	}{
		"long":        {bytes.Repeat([]byte("no.png,1\n"), 2<<20), "want at most 16781312: too large"},
		"short lines": {bytes.Repeat([]byte("a\n"), 8<<20), "more memory than allowed for the list of 1 image"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree{"a.png": numbered(t, 1), "metadata.csv": c.text}.folder(t)
			_, _, err := dataset.Open(t.Context(), dir, dataset.Options{})
			says(t, err, "metadata.csv", c.want)
			if strings.Count(err.Error(), dir) != 1 {
				t.Errorf("%v: names the source more than once", err)
			}
		})
	}
}
