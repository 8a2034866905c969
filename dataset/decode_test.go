package dataset_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// By hand: trunc(255.5 (.2989 r + .5870 g + .1140 b) / 255).
func TestGreyIsTensorFlows(t *testing.T) {
	for _, c := range []struct{ r, g, b, want uint8 }{
		{255, 0, 0, 76},      // 76.369
		{0, 255, 0, 149},     // 149.979
		{0, 0, 255, 29},      // 29.127
		{255, 255, 255, 255}, // 255.474
		{10, 20, 30, 18},     // 18.185
		{100, 150, 200, 141}, // 141.016
		{200, 100, 50, 124},  // 124.423
		{1, 0, 0, 0},         // 0.299
		{254, 1, 128, 91},    // 91.279
	} {
		if got := dataset.Luma(c.r, c.g, c.b); got != c.want {
			t.Errorf("grey of %d, %d, %d is %d, want %d", c.r, c.g, c.b, got, c.want)
		}
	}
	for v := range 256 {
		if got := dataset.Luma(uint8(v), uint8(v), uint8(v)); int(got) != v {
			t.Errorf("grey of grey %d is %d", v, got)
		}
	}
}

func TestDecodeGrey(t *testing.T) {
	const want = 18 // of 10, 20, 30
	box := image.Rect(0, 0, 2, 3)
	fill := func(img interface {
		image.Image
		Set(x, y int, c color.Color)
	}, c color.Color) image.Image {
		for y := range 3 {
			for x := range 2 {
				img.Set(x, y, c)
			}
		}
		return img
	}
	clear := color.NRGBA{10, 20, 30, 7}
	for name, c := range map[string]struct {
		img      image.Image
		grey     uint8
		channels int
	}{
		"grey":               {fill(image.NewGray(box), color.Gray{200}), 200, 1},
		"grey 16":            {fill(image.NewGray16(box), color.Gray16{0x12ff}), 0x12, 1},
		"colour":             {fill(image.NewRGBA(box), color.RGBA{10, 20, 30, 255}), want, 3},
		"colour 16":          {fill(image.NewRGBA64(box), color.RGBA64{0x0aff, 0x14ff, 0x1eff, 0xffff}), want, 3},
		"alpha":              {fill(image.NewNRGBA(box), clear), want, 4},
		"alpha 16":           {fill(image.NewNRGBA64(box), color.NRGBA64{0x0aff, 0x14ff, 0x1eff, 5}), want, 4},
		"palette":            {fill(image.NewPaletted(box, color.Palette{color.RGBA{10, 20, 30, 255}}), clear), want, 3},
		"palette, alpha":     {fill(image.NewPaletted(box, color.Palette{clear}), clear), want, 4},
		"wholly see-through": {fill(image.NewNRGBA(box), color.NRGBA{10, 20, 30, 0}), want, 4},
	} {
		grey, channels, err := dataset.DecodeGrey(encoded(t, c.img))
		if err != nil || channels != c.channels || !bytes.Equal(grey.Pix, bytes.Repeat([]byte{c.grey}, 6)) {
			t.Errorf("%s: got %v, %d channels, %v", name, grey, channels, err)
		}
	}
}

func encodedJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Sides that no block divides: rows of the decoder's image have gaps between them.
func TestDecodeJPEG(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 11, 5))
	for k := range img.Pix {
		img.Pix[k] = uint8(4 * k)
	}
	grey, channels, err := dataset.DecodeGrey(encodedJPEG(t, img))
	if err != nil || channels != 1 || len(grey.Pix) != 55 || apart(grey.Pix, img.Pix) > 3 {
		t.Errorf("got %v, %d channels, %v", grey, channels, err)
	}
	colour := image.NewRGBA(image.Rect(0, 0, 3, 3))
	for k := range 9 {
		colour.Set(k%3, k/3, color.RGBA{255, 0, 0, 255})
	}
	grey, channels, err = dataset.DecodeGrey(encodedJPEG(t, colour))
	if err != nil || channels != 3 || apart(grey.Pix, bytes.Repeat([]byte{76}, 9)) > 1 {
		t.Errorf("got %v, %d channels, %v", grey, channels, err)
	}
}

// apart is the largest difference between two rows of pixels.
func apart(a, b []byte) int {
	most := 0
	for k := range a {
		most = max(most, int(a[k])-int(b[k]), int(b[k])-int(a[k]))
	}
	return most
}

// bomb is a PNG file whose header promises a huge image.
func bomb(t testing.TB) []byte {
	data := flatPNG(t, raster.Size{Height: 1, Width: 1}, 0)
	header := data[12:29] // type and content of the first chunk
	binary.BigEndian.PutUint32(header[4:], 5_000)
	binary.BigEndian.PutUint32(header[8:], 5_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(header))
	return data
}

func TestDecodeRefuses(t *testing.T) {
	png := flatPNG(t, raster.Size{Height: 9, Width: 9}, 3)
	jpg := encodedJPEG(t, flat(raster.Size{Height: 9, Width: 9}, 3))
	flipped := bytes.Clone(png)
	flipped[len(flipped)-20] ^= 1
	for name, c := range map[string]struct {
		data []byte
		cut  bool
		part string
	}{
		"empty":      {nil, true, "file is empty"},
		"text":       {[]byte("what"), false, "neither JPEG nor PNG"},
		"gif":        {[]byte("GIF89a"), false, "is GIF, want JPEG or PNG"},
		"webp":       {[]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), false, "is WebP, want JPEG or PNG"},
		"heic":       {[]byte("\x00\x00\x00\x18ftypheic"), false, "is HEIC, want JPEG or PNG"},
		"html":       {[]byte("\n<!DOCTYPE html><p>"), false, "is an HTML page"},
		"bomb":       {bomb(t), false, "5000x5000, want at most 16777216"},
		"broken png": {flipped, false, "png: invalid format"},
		"broken jpg": {append(bytes.Clone(jpg[:2]), 0xff, 0xc0, 0, 3, 9), false, "JPEG"},
	} {
		_, _, err := dataset.DecodeGrey(c.data)
		says(t, err, c.part)
		if errors.Is(err, io.ErrUnexpectedEOF) != c.cut {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, whole := range [][]byte{png, jpg} {
		for n := 8; n < len(whole); n++ {
			_, _, err := dataset.DecodeGrey(whole[:n])
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%d of %d bytes: %v", n, len(whole), err)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	size := raster.Size{Height: 3, Width: 5}
	f.Add(flatPNG(f, size, 7))
	f.Add(encodedJPEG(f, flat(size, 7)))
	f.Add(encodedJPEG(f, image.NewRGBA(image.Rect(0, 0, 4, 4))))
	f.Add(encoded(f, image.NewNRGBA64(image.Rect(0, 0, 2, 2))))
	f.Add(bomb(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		grey, channels, err := dataset.DecodeGrey(data)
		if err != nil {
			return
		}
		b := grey.Bounds()
		if len(grey.Pix) != b.Dx()*b.Dy() || b.Min != (image.Point{}) || channels != 1 && channels != 3 && channels != 4 {
			t.Fatalf("image of %v with %d pixels, %d channels", b, len(grey.Pix), channels)
		}
	})
}

// TestSeedsDecode: the committed seeds of FuzzDecode are images, so that fuzzing begins behind
// the headers.
func TestSeedsDecode(t *testing.T) {
	const folder = "testdata/fuzz/FuzzDecode"
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) < 30 {
		t.Fatalf("%d seeds, %v", len(entries), err)
	}
	channels := map[int]int{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		quoted := strings.TrimSuffix(strings.TrimPrefix(string(text), "go test fuzz v1\n[]byte("), ")\n")
		data, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatal(err)
		}
		_, n, err := dataset.DecodeGrey([]byte(data))
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
		}
		channels[n]++
	}
	if channels[1] == 0 || channels[3] == 0 || channels[4] == 0 {
		t.Errorf("seeds by channels: %v", channels)
	}
}
