package dataset_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// TestNoHeaderAllocates: what a small file claims is not allocated before it is found to be
// true. All that Open allocates is counted, freed or not.
func TestNoHeaderAllocates(t *testing.T) {
	const most = 64 << 20
	dir := t.TempDir()
	claim := func(name string, h, w uint32) string {
		data := flatPNG(t, raster.Size{Height: 1, Width: 1}, 0)
		binary.BigEndian.PutUint32(data[16:], h)
		binary.BigEndian.PutUint32(data[20:], w)
		binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
		write(t, filepath.Join(dir, name), data)
		return name + " 1\n"
	}
	jpeg := func(name string, h, w uint16) string {
		data := encodedJPEG(t, flat(raster.Size{Height: 8, Width: 8}, 7))
		at := bytes.Index(data, []byte{0xff, 0xc0})
		binary.BigEndian.PutUint16(data[at+5:], h)
		binary.BigEndian.PutUint16(data[at+7:], w)
		write(t, filepath.Join(dir, name), data)
		return name + " 1\n"
	}
	fill := func(n int) []byte { return make([]byte, n) }
	for name, data := range map[string][]byte{
		"idx of 2^32 images":     idxImages(1<<32-1, 1, 1, nil),
		"idx of 2^32 of 4096":    idxImages(1<<32-1, 4096, 4096, nil),
		"idx of 4096x4096":       idxImages(1, 4096, 4096, nil),
		"idx of huge sides":      idxImages(1, 1<<31, 1<<31, nil),
		"gz of 2^31 images":      packed(idxImages(1<<31-1, 4096, 4096, nil)),
		"gz of 64 of 4096":       packed(idxImages(64, 4096, 4096, fill(4<<20))),
		"gz, 1 MB claims 900 MB": append(packed(idxImages(900<<20, 1, 1, fill(1<<20))), fill(1<<20)...),
		"gz, 1 MB of members":    append(packed(idxImages(900<<20, 1, 1, nil)), bytes.Repeat(packed(nil), 50_000)...),
		"gz of 1x1 and 28x28":    append(packed(idxImages(1<<20, 28, 28, fill(1000))), fill(900_000)...),
		"gz cut":                 packed(idxImages(900<<20, 1, 1, fill(4<<20)))[:1000],
		"png of 16 Mi":           []byte(claim("a.png", 4096, 4096)),
		"png of 2^30":            []byte(claim("b.png", 1<<15, 1<<15)),
		"png of 2^62":            []byte(claim("c.png", 1<<31-1, 1<<31-1)),
		"png, one row":           []byte(claim("d.png", 1, 1<<24)),
		"png of 10000x10000":     []byte(claim("e.png", 10_000, 10_000)),
		"jpeg of 4096x4096":      []byte(jpeg("a.jpg", 4096, 4096)),
		"jpeg of 65535x65535":    []byte(jpeg("b.jpg", 65535, 65535)),
		"jpeg of 11000x11000":    []byte(jpeg("c.jpg", 11_000, 11_000)),
		"list of a long line":    bytes.Repeat([]byte("x"), 8<<20),
		"list of bad labels":     []byte(strings.Repeat("a.jpg x\n", 100_000)),
		"list of nothing":        []byte(strings.Repeat("x\n", 50_000)),
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(dir, strings.ReplaceAll(name, " ", "_")), data)
			for _, o := range []dataset.Options{{}, {Resize: raster.Size{Height: 28, Width: 28}, Scale: nearest}} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, report, err := dataset.Open(t.Context(), path, o)
				runtime.ReadMemStats(&after)
				if err == nil && report.Err() == nil {
					t.Error("it was taken")
				}
				if got := after.TotalAlloc - before.TotalAlloc; got > most {
					t.Errorf("resize %v: %d MB allocated, want at most %d", o.Resize, got>>20, most>>20)
				}
			}
		})
	}
}

// TestCacheBoundsLabels: labels and pixels together are held to the cache.
func TestCacheBoundsLabels(t *testing.T) {
	images, labels := idxOf(randomSet(t, 1000, raster.Size{Height: 1, Width: 1}))
	if _, _, err := dataset.OpenIDXBytes(t.Context(), packed(images), packed(labels), dataset.Options{Cache: 2000}); err != nil {
		t.Error(err)
	}
	_, _, err := dataset.OpenIDXBytes(t.Context(), packed(images), packed(labels), dataset.Options{Cache: 1999})
	says(t, err, "images: its 1000 images of 1x1 take 2000 bytes", "raise --cache to 1")
	const many = 1<<30 - 1
	_, _, err = dataset.OpenIDXBytes(t.Context(), append(packed(idxImages(many, 1, 1, nil)), make([]byte, 1100<<10)...), packed(nil), dataset.Options{})
	says(t, err, "1073741823 images of 1x1 take 2147483646 bytes", "raise --cache to 2048")
}

// TestManyProblemsAreCounted: of each kind the first thousand are kept, and all are counted.
func TestManyProblemsAreCounted(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.png"), flatPNG(t, raster.Size{Height: 2, Width: 2}, 9))
	text := strings.Repeat("a.png 1\n", 1501) + strings.Repeat("gone.png 1\n", 1200) + "a.png one\n"
	_, r, err := dataset.Open(t.Context(), write(t, filepath.Join(dir, "list"), []byte(text)), dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) != 2001 || r.Counts[dataset.KindDuplicate] != 1500 || r.Counts[dataset.KindMissing] != 1200 || r.Counts[dataset.KindBadLabel] != 1 {
		t.Errorf("%d kept, counts %v", len(r.Problems), r.Counts)
	}
	says(t, r.Err(), "1201 of 2702 images are bad, first: line 1502: gone.png")
	var out strings.Builder
	if _, err := r.WriteTo(&out); err != nil || !strings.Contains(out.String(), "problems    2701") || !strings.Contains(out.String(), "and 700 more") {
		t.Errorf("%v: got %.600s", err, out.String())
	}
}
