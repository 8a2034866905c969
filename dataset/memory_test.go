package dataset_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
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
	jpeg := func(name string, h, w uint16) string {
		data := encodedJPEG(t, flat(raster.Size{Height: 8, Width: 8}, 7))
		at := bytes.Index(data, []byte{0xff, 0xc0})
		binary.BigEndian.PutUint16(data[at+5:], h)
		binary.BigEndian.PutUint16(data[at+7:], w)
		return listOf(t, dir, name, data)
	}
	claims := func(name string, h, w uint32) string { return listOf(t, dir, name, claim(t, h, w)) }
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
		"png of 16 Mi":           []byte(claims("a.png", 4096, 4096)),
		"png of 2^62":            []byte(claims("c.png", 1<<31-1, 1<<31-1)),
		"png, one row":           []byte(claims("d.png", 1, 1<<24)),
		"jpeg of 4096x4096":      []byte(jpeg("a.jpg", 4096, 4096)),
		"jpeg of 65535x65535":    []byte(jpeg("b.jpg", 65535, 65535)),
		"jpeg of 11000x11000":    []byte(jpeg("c.jpg", 11_000, 11_000)),
		"gif of 65535x65535":     []byte(listOf(t, dir, "a.gif", append([]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08"), fill(600)...))),
		"bmp of 2^30":            []byte(listOf(t, dir, "a.bmp", bmpClaim(1<<15, 1<<15, 24, 4096))),
		"bmp of 2^62":            []byte(listOf(t, dir, "b.bmp", bmpClaim(1<<31-1, 1<<31-1, 8, 4096))),
		"tiff of 2^30":           []byte(listOf(t, dir, "a.tif", tiffClaim(1<<15, 1<<15))),
		"webp of 2^28":           []byte(listOf(t, dir, "a.webp", webpClaim(1<<14, 1<<14))),
		"npy of 2^40":            npyClaim("(1048576, 1024, 1024)", 1<<20),
		"npy of 2^62":            npyClaim("(4611686018427387904, 28, 28)", 1000),
		"npz of 2^40":            zipOf(t, "x.npy", npyClaim("(1048576, 1024, 1024)", 1<<20)),
		"npz claims 2^31":        zipClaim(t, "x.npy", npyClaim("(2097152, 32, 32)", 100), 1<<31),
		"zip claims 2^28":        zipClaim(t, "a.png", flatPNG(t, raster.Size{Height: 2, Width: 2}, 1), 1<<28),
		"zip of a bomb":          zipOf(t, "a.png", bomb(t)),
		"png of 2^30":            []byte(claims("b.png", 1<<15, 1<<15)),
		"png of 10000x10000":     []byte(claims("e.png", 10_000, 10_000)),
		"zip of many zeros":      zipOf(t, "a.png", fill(33<<20)),
		"tar.gz of many zeros":   packed(tarClaim("a.png", 65<<20, 65<<20)),
		"zip of zeros":           zipOf(t, "a.png", append([]byte("\x89PNG\r\n\x1a\n"), fill(8<<20)...)),
		"tar claims 2^33":        tarClaim("a.png", 1<<33-1, 600),
		"tar.gz claims 2^33":     packed(tarClaim("a.png", 1<<33-1, 600)),
		"tar.gz of zeros":        packed(tarClaim("a.png", 8<<20, 8<<20)),
		"csv of 2^24 columns":    append([]byte("label,pixel0,pixel1"), bytes.Repeat([]byte(",p"), 1<<20)...),
		"csv of a long row":      append([]byte("label,pixel0,pixel1\n1"), bytes.Repeat([]byte(",1"), 4<<20)...),
		"json that nests":        bytes.Repeat([]byte("[{\"a\":"), 1<<20),
		"list of a long line":    bytes.Repeat([]byte("x"), 8<<20),
		"list of bad labels":     []byte(strings.Repeat("none.jpg x\n", 20_000)),
		"list of nothing":        []byte(strings.Repeat("x\n", 20_000)),
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(dir, strings.ReplaceAll(name, " ", "_")), data)
			for _, o := range []dataset.Options{{}, {Size: raster.Size{Height: 28, Width: 28}}, {Channels: raster.RGB, Skip: true}} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, report, err := dataset.Open(t.Context(), path, o)
				runtime.ReadMemStats(&after)
				if err == nil && report.Err() == nil {
					t.Error("it was taken")
				}
				if got := after.TotalAlloc - before.TotalAlloc; got > most {
					t.Errorf("size %v: %d MB allocated, want at most %d", o.Size, got>>20, most>>20)
				}
			}
		})
	}
}

// listOf writes a file and returns a list of it alone.
func listOf(t testing.TB, dir, name string, data []byte) string {
	write(t, filepath.Join(dir, name), data)
	return name + " 1\n"
}

func bmpClaim(height, width uint32, bits uint16, length int) []byte {
	b := binary.LittleEndian.AppendUint32([]byte("BM"), uint32(length))
	for _, v := range []uint32{0, 54, 40, width, height, 1 | uint32(bits)<<16, 0, 0, 0, 0, 0, 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return append(b, make([]byte, length-len(b))...)
}

// tiffClaim is a TIFF whose only strip has 4 bytes.
func tiffClaim(height, width uint32) []byte {
	b := []byte("II*\x00\x08\x00\x00\x00\x08\x00")
	for _, field := range []struct {
		tag   uint16
		value uint32
	}{{256, width}, {257, height}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {278, height}, {279, 4}} {
		b = binary.LittleEndian.AppendUint16(b, field.tag)
		b = append(b, 4, 0, 1, 0, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, field.value)
	}
	return append(b, make([]byte, 64)...)
}

// webpClaim is a lossless WebP without pixels.
func webpClaim(height, width uint32) []byte {
	header := append([]byte{0x2f}, binary.LittleEndian.AppendUint32(nil, width-1|(height-1)<<14)...)
	header = append(header, make([]byte, 101)...)
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(12+len(header)))
	b = append(b, "WEBPVP8L"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	return append(b, header...)
}

// npyClaim is a file of bytes of that shape that holds fewer.
func npyClaim(shape string, length int) []byte {
	header := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': %s, }\n", shape)
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	return append(append(b, header...), make([]byte, length)...)
}

func zipOf(t testing.TB, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	must(t, err)
	_, err = w.Write(data)
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

// zipClaim is a zip whose list says that its file is of that size.
func zipClaim(t testing.TB, name string, data []byte, size uint32) []byte {
	b := zipOf(t, name, data)
	at := bytes.LastIndex(b, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[at+24:], size)
	return b
}

// tarClaim is a tar whose only file has a size and is cut short.
func tarClaim(name string, size int64, length int) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600})
	w.Write(append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, length-8)...))
	if int64(length) == size {
		w.Close()
	}
	return b.Bytes()
}

// TestCacheBoundsPackedImages: what has to be in memory and does not fit into the cache is refused.
func TestCacheBoundsPackedImages(t *testing.T) {
	images, labels := idxOf(randomSet(t, 1000, raster.Size{Height: 2, Width: 1}))
	path := idxFiles(t, packed(images), packed(labels))
	mustOpen(t, path, dataset.Options{Cache: 10_000})
	_, _, err := dataset.Open(t.Context(), path, dataset.Options{Cache: 1999})
	says(t, err, "1000 images of 2x1", "raise --cache to 1")
	const many = 1<<30 - 1
	path = idxFiles(t, append(packed(idxImages(many, 1, 1, nil)), make([]byte, 1100<<10)...), packed(nil))
	_, _, err = dataset.Open(t.Context(), path, dataset.Options{})
	says(t, err, "1073741823 images of 1x1", "raise --cache")
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
	if _, err := r.WriteTo(&out); err != nil || !strings.Contains(out.String(), "problems     2701") || !strings.Contains(out.String(), "and 700 more") {
		t.Errorf("%v: got %.600s", err, out.String())
	}
}
