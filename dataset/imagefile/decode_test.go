package imagefile_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/imagefile"
	"gorgan/dataset/raster"
)

func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodedJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func flatGrey(height, width int, grey byte) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for k := range img.Pix {
		img.Pix[k] = grey
	}
	return img
}

func decode(t testing.TB, data []byte, o imagefile.Options) imagefile.Image {
	t.Helper()
	im, err := imagefile.Decode(t.Context(), data, o)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// TestGreyStays: grey files have the same bytes as ever, which fingerprints of sets rest on.
func TestGreyStays(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 11, 5)) // sides that no block divides
	for k := range img.Pix {
		img.Pix[k] = uint8(4 * k)
	}
	if got := decode(t, encoded(t, img), imagefile.Options{}); got.Channels != 1 || !bytes.Equal(got.Pix, img.Pix) {
		t.Errorf("got %v", got)
	}
	file := encodedJPEG(t, img)
	std, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	got := decode(t, file, imagefile.Options{})
	for k, v := range got.Pix {
		if v != std.(*image.Gray).GrayAt(k%11, k/11).Y {
			t.Fatalf("pixel %d is %d", k, v)
		}
	}
	colour := image.NewRGBA(image.Rect(0, 0, 3, 3))
	for k := range 9 {
		colour.Set(k%3, k/3, color.RGBA{255, 0, 0, 255})
	}
	red := decode(t, encodedJPEG(t, colour), imagefile.Options{})
	if red.FileChannels != 3 || red.Channels != 3 || furthest(red.Grey().Pix, bytes.Repeat([]byte{76}, 9)) > 1 {
		t.Errorf("got %v", red)
	}
}

// TestBackground: by hand, (200*a + b*(255-a)) / 255 rounded.
func TestBackground(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	for x, a := range []uint8{0, 100, 255} {
		img.SetNRGBA(x, 0, color.NRGBA{200, 200, 200, a})
	}
	file := encoded(t, img)
	grey := decode(t, file, imagefile.Options{Background: [3]uint8{50, 50, 50}})
	if want := []byte{50, 109, 200}; grey.Channels != 1 || !bytes.Equal(grey.Pix, want) || !grey.Alpha || grey.FileChannels != 4 {
		t.Errorf("got %v, want %v", grey, want)
	}
	red := decode(t, file, imagefile.Options{Background: [3]uint8{50, 0, 255}})
	if want := []byte{50, 0, 255, 109, 78, 233, 200, 200, 200}; red.Channels != 3 || !bytes.Equal(red.Pix, want) {
		t.Errorf("got %v, want %v", red, want)
	}
}

// TestCases are inputs that went wrong elsewhere. The pictures are of one digit.
func TestCases(t *testing.T) {
	at := func(name string) []byte { return read(t, filepath.Join("testdata/cases", name)) }
	upright := decode(t, at("bmp.jpg"), imagefile.Options{})
	if upright.Format != "BMP" || upright.Channels != 1 || upright.Size != (raster.Size{Height: 28, Width: 28}) {
		t.Fatalf("bmp.jpg: %v %v", upright.Format, upright.Shape)
	}
	for name, most := range map[string]int{"badcrc_text.png": 0, "extra_idat.png": 0, "exif6.jpg": 255} {
		got := decode(t, at(name), imagefile.Options{})
		if got.Shape != upright.Shape || got.Turned != (name == "exif6.jpg") || furthest(got.Pix, upright.Pix) > most {
			t.Errorf("%s: %v, turned %v, apart by %d", name, got.Shape, got.Turned, furthest(got.Pix, upright.Pix))
		}
	}
	if got := decode(t, at("webp.jpg"), imagefile.Options{}); got.Format != "WebP" || got.Size != upright.Size {
		t.Errorf("webp.jpg: %v %v", got.Format, got.Shape)
	}
	ink := decode(t, at("ink_alpha.png"), imagefile.Options{Background: [3]uint8{255, 255, 255}})
	if got := ink.Pix; ink.Channels != 1 || !ink.Alpha || got[0] != 255 || furthest(got, bytes.Repeat([]byte{255}, len(got))) < 200 {
		t.Errorf("ink_alpha.png: %v", ink)
	}
	photo := decode(t, at("mp24.png"), imagefile.Options{Least: raster.Size{Height: 28, Width: 28}})
	if photo.Stored != (raster.Size{Height: 4000, Width: 6000}) || photo.Channels != 1 {
		t.Errorf("mp24.png: %v of %v", photo.Shape, photo.Stored)
	}
	// Pillow refuses it too.
	if _, err := imagefile.Decode(t.Context(), at("noeoi.jpg"), imagefile.Options{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("noeoi.jpg: %v", err)
	}
}

// TestTurned: a picture whose corners differ, under each orientation.
func TestTurned(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 2, 3)) // rows 1 2, 3 4, 5 6
	for k := range img.Pix {
		img.Pix[k] = byte(k + 1)
	}
	file := encoded(t, img)
	for orientation, want := range map[byte]string{
		0: "\x01\x02\x03\x04\x05\x06", 1: "\x01\x02\x03\x04\x05\x06", 2: "\x02\x01\x04\x03\x06\x05", 3: "\x06\x05\x04\x03\x02\x01",
		4: "\x05\x06\x03\x04\x01\x02", 5: "\x01\x03\x05\x02\x04\x06", 6: "\x05\x03\x01\x06\x04\x02", 7: "\x06\x04\x02\x05\x03\x01",
		8: "\x02\x04\x06\x01\x03\x05", 9: "\x01\x02\x03\x04\x05\x06",
	} {
		exif := pngChunk("eXIf", []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"+string(orientation)+"\x00\x00\x00\x00\x00\x00"))
		got := decode(t, append(append(bytes.Clone(file[:33]), exif...), file[33:]...), imagefile.Options{})
		if string(got.Pix) != want || got.Stored != got.Size || (got.Height == 2) != (orientation >= 5 && orientation <= 8) {
			t.Errorf("orientation %d: got %v %v, want %v", orientation, got.Shape, got.Pix, []byte(want))
		}
	}
}

func pngChunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// claiming is a small PNG file whose header says another size.
func claiming(t testing.TB, height, width uint32) []byte {
	data := encoded(t, flatGrey(1, 1, 0))
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func claimingJPEG(t testing.TB, height, width uint16) []byte {
	data := encodedJPEG(t, flatGrey(8, 8, 7))
	at := bytes.Index(data, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(data[at+5:], height)
	binary.BigEndian.PutUint16(data[at+7:], width)
	return data
}

// TestFrames counts those of GIF files with palettes of their own and data in many pieces.
func TestFrames(t *testing.T) {
	for n := 1; n < 6; n++ {
		all := &gif.GIF{}
		for k := range n {
			img := image.NewPaletted(image.Rect(0, 0, 40, 30), palette.Plan9[:16<<(k%5)])
			for p := range img.Pix {
				img.Pix[p] = uint8(p*p*(k+1)>>3) & 15
			}
			all.Image, all.Delay = append(all.Image, img), append(all.Delay, 5)
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, all); err != nil {
			t.Fatal(err)
		}
		if got := decode(t, b.Bytes(), imagefile.Options{}); got.Frames != n {
			t.Errorf("%d frames, want %d", got.Frames, n)
		}
	}
}

func TestRefuses(t *testing.T) {
	whole, jpg := encoded(t, flatGrey(9, 9, 3)), encodedJPEG(t, flatGrey(9, 9, 3))
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-20] ^= 1
	for name, c := range map[string]struct {
		data []byte
		cut  bool
		part string
	}{
		"empty":        {nil, true, "file is empty"},
		"text":         {[]byte("what"), false, "content is not an image, want JPEG, PNG, GIF, BMP, TIFF or WebP"},
		"heic":         {[]byte("\x00\x00\x00\x18ftypheic"), false, "is HEIC, want JPEG, PNG, GIF, BMP, TIFF or WebP; convert it to JPEG or PNG"},
		"avif":         {[]byte("\x00\x00\x00\x18ftypavif"), false, "is AVIF"},
		"html":         {[]byte("\n<!DOCTYPE html><p>"), false, "is an HTML page"},
		"lfs":          {[]byte("version https://git-lfs.github.com/spec/v1\n"), false, "is a pointer of Git LFS"},
		"pickle":       {[]byte("\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94."), false, "is a Python pickle"},
		"broken png":   {flipped, false, "png: checksum does not match"},
		"broken jpg":   {append(bytes.Clone(jpg[:2]), 0xff, 0xc0, 0, 3, 9), false, "JPEG"},
		"bomb":         {append(claiming(t, 15_000, 20_000), make([]byte, 1<<19)...), false, "as a decompression bomb does"},
		"short png":    {claiming(t, 5000, 5000), true, "header says 5000x5000, more than"},
		"endless png":  {claiming(t, 1<<31-1, 1<<31-1), true, "more than"},
		"short jpg":    {claimingJPEG(t, 65535, 65535), true, "header says 65535x65535, more than"},
		"no pixels":    {claiming(t, 0, 5), false, "image size is 0x5, want at least 1x1"},
		"gif header":   {[]byte("GIF89a"), true, "cut short"},
		"webp header":  {[]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), false, "riff"},
		"large in bmp": {append([]byte("BM\x00\x00\x00\x00\x00\x00\x00\x006\x00\x00\x00(\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x01\x00\x18\x00"), make([]byte, 24)...), true, "65536x65536, more than"},
	} {
		_, err := imagefile.Decode(t.Context(), c.data, imagefile.Options{})
		if err == nil || !strings.Contains(err.Error(), c.part) || errors.Is(err, io.ErrUnexpectedEOF) != c.cut || errors.Is(err, content.ErrFormat) == c.cut {
			t.Errorf("%s: got %v, want %q in it", name, err, c.part)
		}
		if _, again := imagefile.Inspect(c.data); again == nil && !strings.HasPrefix(name, "broken") {
			t.Errorf("%s: Inspect takes it", name)
		}
	}
}

// TestCutShort: no part of a JPEG or PNG file is an image, and nothing that is cut anywhere panics.
func TestCutShort(t *testing.T) {
	for _, path := range goldens(t) {
		whole := read(t, path)
		for n := 8; n < len(whole); n += 1 + len(whole)/200 {
			_, err := imagefile.Decode(t.Context(), whole[:n], imagefile.Options{})
			if e := filepath.Ext(path); (e == ".jpg" || e == ".png") && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s, %d of %d bytes: %v", path, n, len(whole), err)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range goldens(t) {
		if _, err := imagefile.Decode(ctx, read(t, path), imagefile.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// dying is a context that is cancelled after it was asked so many times.
type dying struct {
	context.Context
	left *int
}

func (d dying) Err() error {
	if *d.left--; *d.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestCancelledMeanwhile: decoding ends in the middle, whatever decodes.
func TestCancelledMeanwhile(t *testing.T) {
	for name, file := range map[string][]byte{
		"png": read(t, "testdata/golden/rgb8.png"), "jpeg": blankJPEG(0xc0, 1500, 1500), "progressive jpeg": blankJPEG(0xc2, 3000, 3000),
	} {
		for _, o := range []imagefile.Options{{}, {Least: square(4)}} {
			if _, err := imagefile.Decode(dying{t.Context(), new(3)}, file, o); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, least %v: %v", name, o.Least, err)
			}
		}
	}
}

// TestForgives: damage that touches no pixel.
func TestForgives(t *testing.T) {
	img := flatGrey(9, 9, 3)
	img.Pix[7] = 90
	whole := encoded(t, img)
	for name, file := range map[string][]byte{
		"a chunk unknown":       append(append(bytes.Clone(whole[:33]), pngChunk("teSt", []byte("x"))...), whole[33:]...),
		"its checksum wrong":    append(append(bytes.Clone(whole[:33]), "\x00\x00\x00\x01teStxABCD"...), whole[33:]...),
		"junk after the end":    append(bytes.Clone(whole), "and more"...),
		"more pixel data":       append(append(bytes.Clone(whole[:len(whole)-12]), pngChunk("IDAT", []byte("more"))...), whole[len(whole)-12:]...),
		"EXIF that is no EXIF":  append(append(bytes.Clone(whole[:33]), pngChunk("eXIf", []byte("MM\x00*\xff\xff\xff\xff"))...), whole[33:]...),
		"an empty pixels chunk": append(append(bytes.Clone(whole[:33]), pngChunk("IDAT", nil)...), whole[33:]...),
	} {
		got, err := imagefile.Decode(t.Context(), file, imagefile.Options{})
		if err != nil || !bytes.Equal(got.Pix, img.Pix) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnsupported: a right file of a kind that is not read is told from a broken one, with a way out.
func TestUnsupported(t *testing.T) {
	rle := []byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x08\x00\x01\x00\x00\x00" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00" + "\x01\x00\x00\x01")
	_, err := imagefile.Decode(t.Context(), rle, imagefile.Options{})
	if err == nil || !errors.Is(err, content.ErrFormat) || !strings.Contains(err.Error(), "unsupported BMP image, which is not read: save the image as PNG") {
		t.Errorf("got %v", err)
	}
}
