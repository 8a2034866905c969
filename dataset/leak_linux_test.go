package dataset_test

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// TestNoFileStaysOpen: after Open, a set in memory holds no file, nor does an attempt that failed.
func TestNoFileStaysOpen(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector closes files too
	images := tree{"a.png": numbered(t, 1), "b.png": numbered(t, 2)}
	broken := tree{"a.png": numbered(t, 1), "b.png": []byte("x")}
	at := func(name string, data []byte) string { return write(t, filepath.Join(t.TempDir(), name), data) }
	pair := randomSet(t, 20, raster.Size{Height: 4, Width: 4})
	idx, labels := idxOf(pair)
	for name, src := range map[string]string{
		"folder":        images.folder(t),
		"zip":           at("x.zip", zipOf(t, "a.png", numbered(t, 1))),
		"tar":           at("x.tar", images.tar(t)),
		"tar.gz":        at("x.tar.gz", packed(images.tar(t))),
		"broken folder": broken.folder(t),
		"broken tar":    at("x.tar", broken.tar(t)),
		"cut tar":       at("x.tar", images.tar(t)[:700]),
		"empty tar":     at("x.tar", tree{"readme": nil}.tar(t)),
		"idx":           idxFiles(t, idx, labels),
		"idx.gz":        idxFiles(t, packed(idx), packed(labels)),
		"cut idx":       idxFiles(t, idx[:100], nil),
		"npy":           at("x.npy", append(npyClaim("(2, 4, 4)", 0), make([]byte, 32)...)),
		"cut npy":       at("x.npy", npyClaim("(2, 4, 4)", 9)),
		"npz":           at("x.npz", zipOf(t, "x.npy", append(npyClaim("(2, 4, 4)", 0), make([]byte, 32)...))),
		"list":          pngList(t, t.TempDir(), pair),
		"text":          at("x", []byte("\x00")),
		"page":          at("x", []byte("<html>")),
	} {
		for _, o := range []dataset.Options{{}, {Size: raster.Size{Height: 2, Width: 2}, Channels: raster.RGB}, {Cache: 40},
			{Cache: 100, Size: raster.Size{Height: 2, Width: 2}, Channels: 1}} {
			before := openFiles(t)
			s, _, err := dataset.Open(t.Context(), src, o)
			if after := openFiles(t); after != before && (s == nil || s.Bytes() != nil) {
				t.Errorf("%s, %+v: %d files are open, %d before, error %v", name, o, after, before, err)
			}
		}
	}
}

func openFiles(t *testing.T) int {
	names, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(names)
}
