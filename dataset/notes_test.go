package dataset_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// exifJPEG is a grey JPEG whose EXIF data give an orientation.
func exifJPEG(t testing.TB, orientation byte) []byte {
	tiff := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), orientation, 0, 0, 0, 0, 0, 0)
	plain := encodedJPEG(t, noise(3))
	return bytes.Join([][]byte{plain[:2], {0xff, 0xe1, 0, byte(len(tiff) + 2)}, tiff, plain[2:]}, nil)
}

// noise is a grey image that is nowhere blank, of one seed the same.
func noise(seed int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 4, 4))
	for k := range img.Pix {
		img.Pix[k] = uint8((k + 1) * (seed*37 + 11))
	}
	return img
}

func TestNotes(t *testing.T) {
	coloured, clear := image.NewNRGBA(image.Rect(0, 0, 4, 4)), image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for k := range 16 {
		coloured.Set(k%4, k/4, color.NRGBA{uint8(16 * k), 9, 200, 255})
		clear.Set(k%4, k/4, color.NRGBA{0, 0, 0, uint8(16 * k)})
	}
	grey := encoded(t, noise(1))
	for name, c := range map[string]struct {
		files [][]byte
		notes []string
	}{
		"nothing":      {[][]byte{grey, encoded(t, noise(2))}, nil},
		"colour":       {[][]byte{encoded(t, coloured), grey}, []string{"1 image is in colour and becomes grey"}},
		"grey as rgb":  {[][]byte{encoded(t, color16(noise(5))), grey}, nil},
		"turned":       {[][]byte{exifJPEG(t, 6), grey}, []string{"1 image is to be turned as its EXIF orientation says, which is not done"}},
		"upright":      {[][]byte{exifJPEG(t, 1), grey}, nil},
		"alpha":        {[][]byte{encoded(t, clear), grey}, []string{"1 image is transparent in places, which is ignored", "1 image is all over nearly a single value"}},
		"only alpha":   {[][]byte{encoded(t, clear)}, []string{"1 image is transparent", "all images are nearly the same single value (0 to 0 of 255)"}},
		"black, white": {[][]byte{flatPNG(t, raster.Size{Height: 4, Width: 4}, 0), flatPNG(t, raster.Size{Height: 4, Width: 4}, 255)}, []string{"2 images are all over nearly a single value"}},
		"twice":        {[][]byte{grey, grey}, []string{"1 image is in the list again"}},
		"thrice":       {[][]byte{grey, grey, grey}, []string{"2 images are in the list again"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, list := t.TempDir(), ""
			for i, data := range c.files {
				file := string(rune('a'+i)) + ".png"
				write(t, filepath.Join(dir, file), data)
				list += file + " 0\n"
			}
			_, r := mustOpen(t, write(t, filepath.Join(dir, "list"), []byte(list)), dataset.Options{})
			noted(t, r, c.notes...)
		})
	}
}

func color16(src *image.Gray) image.Image {
	img := image.NewRGBA64(src.Bounds())
	for k := range 16 {
		img.Set(k%4, k/4, src.At(k%4, k/4))
	}
	return img
}

// noted fails unless the notes begin like these.
func noted(t *testing.T, r *dataset.Report, want ...string) {
	t.Helper()
	if len(r.Notes) != len(want) {
		t.Fatalf("notes are %q, want %q", r.Notes, want)
	}
	for i := range want {
		if !strings.HasPrefix(r.Notes[i], want[i]) {
			t.Errorf("note is %q, want %q", r.Notes[i], want[i])
		}
	}
}

func TestNotesOfIDX(t *testing.T) {
	varied := []byte{0, 99, 200, 9, 7, 250, 1, 90}
	_, r, err := dataset.OpenIDXBytes(t.Context(), idxImages(2, 2, 2, varied), idxLabels(1, 4), dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	noted(t, r, "labels go from 0 to 4, but no image has the label 0, 2, 3")
	_, r, err = dataset.OpenIDXBytes(t.Context(), idxImages(2, 2, 2, []byte{5, 5, 6, 5, 4, 4, 5, 4}), nil, dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	noted(t, r, "all images are nearly the same single value (4 to 6 of 255)")
	_, r, err = dataset.OpenIDXBytes(t.Context(), idxImages(2, 2, 2, []byte{5, 5, 5, 5, 0, 99, 200, 9}), idxLabels(0, 200), dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	noted(t, r, "1 image is all over nearly a single value", "labels go from 0 to 200, but no image has the label 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …")
}

// TestLabelsBeside: what stands in the place of the labels is read, or is an error, or is
// said not to be used.
func TestLabelsBeside(t *testing.T) {
	images := idxImages(2, 2, 2, []byte{0, 99, 200, 9, 7, 250, 1, 90})
	at := func(t *testing.T) (dir, labels string) {
		dir = t.TempDir()
		write(t, filepath.Join(dir, "train-images-idx3-ubyte"), images)
		return dir, filepath.Join(dir, "train-labels-idx1-ubyte")
	}
	t.Run("folder", func(t *testing.T) {
		dir, labels := at(t)
		must(t, os.Mkdir(labels, 0o777))
		_, _, err := dataset.Open(t.Context(), dir, dataset.Options{})
		says(t, err, labels+" is a folder, want a file")
		write(t, labels+".gz", packed(idxLabels(1, 0)))
		if s, _ := mustOpen(t, dir, dataset.Options{}); s.Label(0) != 1 {
			t.Error("the file beside the folder is not read")
		}
	})
	t.Run("dangling link", func(t *testing.T) {
		dir, labels := at(t)
		if err := os.Symlink("nowhere", labels); err != nil {
			t.Skip(err)
		}
		_, _, err := dataset.Open(t.Context(), dir, dataset.Options{})
		says(t, err, labels+": no such file")
	})
	t.Run("other name", func(t *testing.T) {
		dir, _ := at(t)
		write(t, filepath.Join(dir, "train-labels-idx2-int.gz"), nil)
		_, r := mustOpen(t, dir, dataset.Options{})
		noted(t, r, "train-labels-idx2-int.gz looks like labels and is not used")
	})
	t.Run("html", func(t *testing.T) {
		dir, labels := at(t)
		write(t, labels, []byte("<html>not found"))
		_, _, err := dataset.Open(t.Context(), dir, dataset.Options{})
		says(t, err, labels+": is an HTML page")
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFormsOfLists(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "a.png", encoded(t, noise(1)))
	for text, part := range map[string]string{
		"a.png,1\nb.png,2\n":               "look like CSV",
		"\"a b.png\" 1\n":                  "are quoted",
		"0\t1.0\ta.png\n1\t2.0\tb.png\n":   "MXNet's index, label and path",
		"a.png\u00a01\n":                   "no-break space",
		"a.png 1\rb.png 2\r":               "end in CR alone",
		"# mine\n":                         "looks like a comment",
		"1 a.png\n":                        "label comes before the path",
		"lists/none.png 1\n":               "tried sub/lists/none.png",
		"a.png 1\n":                        "relative to the current folder",
		strings.Repeat("x", 9000) + " 1\n": "first: line 1: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxx",
	} {
		_, r, err := dataset.Open(t.Context(), write(t, "sub/list", []byte(text)), dataset.Options{})
		if err != nil {
			t.Errorf("%.40q: %v", text, err)
			continue
		}
		says(t, r.Err(), part)
		if len(r.Err().Error()) > 500 {
			t.Errorf("%.40q: an error of %d bytes", text, len(r.Err().Error()))
		}
	}
}

// TestLargeImage: a photo is read when it is resized.
func TestLargeImage(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.png"), flatPNG(t, raster.Size{Height: 6000, Width: 4000}, 9))
	list := write(t, filepath.Join(dir, "list"), []byte("a.png 0\n"))
	s, _ := mustOpen(t, list, dataset.Options{Resize: raster.Size{Height: 2, Width: 2}, Scale: nearest})
	if p := make([]byte, 4); s.Read(p, 0) != nil || p[3] != 9 {
		t.Errorf("got %v", p)
	}
	_, r, err := dataset.Open(t.Context(), list, dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	says(t, r.Err(), "image size is 6000x4000, want at most 16777216")
}

// TestDecodingIsInterrupted: a single image that takes long does not hold up a cancelled ctx.
func TestDecodingIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := dataset.DecodeUnder(ctx, encodedJPEG(t, noise(1))); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	_, _, err := dataset.Open(ctx, "mnist", dataset.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPaddedGzip(t *testing.T) {
	images, labels := idxOf(randomSet(t, 3, raster.Size{Height: 2, Width: 2}))
	padded := append(packed(images[:20]), append(packed(images[20:]), make([]byte, 700)...)...)
	s, _, err := dataset.OpenIDXBytes(t.Context(), padded, packed(labels), dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, s, randomSet(t, 3, raster.Size{Height: 2, Width: 2}))
	_, _, err = dataset.OpenIDXBytes(t.Context(), append(padded, 1), packed(labels), dataset.Options{})
	says(t, err, "gzip file is followed by other bytes")
}
