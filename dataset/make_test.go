package dataset_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// randomSet is n distinct images of noise with labels 0 to 9.
func randomSet(t testing.TB, n int, size raster.Size) *dataset.Set {
	t.Helper()
	pixels, labels := make([]byte, n*size.Area()), make([]int, n)
	r := rand.New(rand.NewPCG(1, 2))
	for k := range pixels {
		pixels[k] = byte(r.Uint32())
	}
	for i := range labels {
		labels[i] = i % 10
	}
	s, err := dataset.FromPixels("noise", raster.Grey(size), pixels, labels)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func idxImages(count, height, width uint32, pixels []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, 0x803)
	for _, d := range []uint32{count, height, width} {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, pixels...)
}

func idxLabels(labels ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, 0x801)
	b = binary.BigEndian.AppendUint32(b, uint32(len(labels)))
	return append(b, labels...)
}

// idxOf is a set as a pair of IDX files.
func idxOf(s *dataset.Set) (images, labels []byte) {
	size := s.Shape().Size
	raw := make([]byte, s.Len())
	for i := range raw {
		raw[i] = byte(s.Label(i))
	}
	return idxImages(uint32(s.Len()), uint32(size.Height), uint32(size.Width), s.Bytes()), idxLabels(raw...)
}

func packed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	return encodedPNG(img)
}

func encodedPNG(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // the buffer takes all
	}
	return b.Bytes()
}

// flat is an image of a single grey.
func flat(size raster.Size, grey byte) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, size.Width, size.Height))
	for k := range img.Pix {
		img.Pix[k] = grey
	}
	return img
}

func flatPNG(t testing.TB, size raster.Size, grey byte) []byte { return encoded(t, flat(size, grey)) }

// pngList writes a set as PNG files and a list of them.
func pngList(t testing.TB, dir string, s *dataset.Set) string {
	t.Helper()
	var list strings.Builder
	n, size := s.Shape().Values(), s.Shape().Size
	for i := range s.Len() {
		img := image.NewGray(image.Rect(0, 0, size.Width, size.Height))
		copy(img.Pix, s.Bytes()[i*n:])
		name := fmt.Sprintf("images/%03d.png", i)
		write(t, filepath.Join(dir, filepath.FromSlash(name)), encoded(t, img))
		fmt.Fprintf(&list, "%s %d\n", name, s.Label(i))
	}
	return write(t, filepath.Join(dir, "list.txt"), []byte(list.String()))
}

// mustOpen opens what has to be good.
func mustOpen(t testing.TB, src string, o dataset.Options) (*dataset.Set, *dataset.Report) {
	t.Helper()
	s, r, err := dataset.Open(t.Context(), src, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Err() != nil || s == nil {
		t.Fatalf("set %v, report error %v", s, r.Err())
	}
	return s, r
}

// same fails unless both sets hold the same images and labels.
func same(t testing.TB, got, want *dataset.Set) {
	t.Helper()
	if got.Len() != want.Len() || got.Shape() != want.Shape() {
		t.Fatalf("got %d images of %v, want %d of %v", got.Len(), got.Shape(), want.Len(), want.Shape())
	}
	a, b := make([]byte, want.Shape().Values()), make([]byte, want.Shape().Values())
	for i := range want.Len() {
		if err := got.Read(a, i); err != nil {
			t.Fatal(err)
		}
		if err := want.Read(b, i); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) || got.Label(i) != want.Label(i) {
			t.Fatalf("image %d: got %v label %d, want %v label %d", i, a, got.Label(i), b, want.Label(i))
		}
	}
	if got.Fingerprint() != want.Fingerprint() {
		t.Fatalf("fingerprint is %s, want %s", got.Fingerprint(), want.Fingerprint())
	}
}

// says fails unless err is there and its text has all the parts.
func says(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error is %q, want %q in it", err, part)
		}
	}
}

// encodedJPEG is an image as a JPEG of the best quality.
func encodedJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// apart is the largest difference between bytes.
func apart(a, b []byte) (most int) {
	for k := range a {
		most = max(most, int(a[k])-int(b[k]), int(b[k])-int(a[k]))
	}
	return most
}

// idxFiles writes IDX files of images and labels, nil for none, and returns the path of the images.
func idxFiles(t testing.TB, images, labels []byte) string {
	t.Helper()
	dir := t.TempDir()
	if labels != nil {
		write(t, filepath.Join(dir, "train-labels-idx1-ubyte"), labels)
	}
	return write(t, filepath.Join(dir, "train-images-idx3-ubyte"), images)
}

// bomb is a PNG whose header claims 50000x50000 pixels.
func bomb(t testing.TB) []byte { return claim(t, 50_000, 50_000) }

// claim is a small PNG whose header claims a size.
func claim(t testing.TB, height, width uint32) []byte {
	t.Helper()
	data := flatPNG(t, raster.Size{Height: 1, Width: 1}, 0)
	header := data[12:29] // type and content of the first chunk
	binary.BigEndian.PutUint32(header[4:], width)
	binary.BigEndian.PutUint32(header[8:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(header))
	return data
}

// must fails if there is an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
