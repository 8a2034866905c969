package dataset_test

import (
	"bytes"
	"fmt"
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
		o     dataset.Options
		notes []string
	}{
		"nothing":      {[][]byte{grey, encoded(t, noise(2))}, dataset.Options{}, nil},
		"colour":       {[][]byte{encoded(t, coloured), grey}, dataset.Options{}, nil},
		"made grey":    {[][]byte{encoded(t, coloured), grey}, dataset.Options{Channels: 1}, []string{"1 image is in colour and becomes grey"}},
		"grey as rgb":  {[][]byte{encoded(t, color16(noise(5))), grey}, dataset.Options{Channels: 1}, nil},
		"turned":       {[][]byte{exifJPEG(t, 6), grey}, dataset.Options{}, []string{"1 image is turned as its EXIF orientation says"}},
		"upright":      {[][]byte{exifJPEG(t, 1), grey}, dataset.Options{}, nil},
		"alpha":        {[][]byte{encoded(t, clear), grey}, dataset.Options{}, []string{"1 image is transparent in places: the background there is black", "1 image is all over nearly a single value"}},
		"on white":     {[][]byte{encoded(t, clear), grey}, dataset.Options{Background: [3]uint8{255, 255, 255}}, []string{"1 image is transparent in places: the background there is white"}},
		"on colour":    {[][]byte{encoded(t, clear), grey}, dataset.Options{Background: [3]uint8{1, 255, 16}}, []string{"1 image is transparent in places: the background there is #01ff10"}},
		"only alpha":   {[][]byte{encoded(t, clear)}, dataset.Options{}, []string{"1 image is transparent", "all images are nearly the same single value (0 to 0 of 255)"}},
		"black, white": {[][]byte{flatPNG(t, raster.Size{Height: 4, Width: 4}, 0), flatPNG(t, raster.Size{Height: 4, Width: 4}, 255)}, dataset.Options{}, []string{"2 images are all over nearly a single value"}},
		"twice":        {[][]byte{grey, grey}, dataset.Options{}, []string{"1 image repeats an earlier one and counts again"}},
		"thrice":       {[][]byte{grey, grey, grey}, dataset.Options{}, []string{"2 images repeat earlier ones and count again"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, list := t.TempDir(), ""
			for i, data := range c.files {
				file := string(rune('a'+i)) + ".png"
				write(t, filepath.Join(dir, file), data)
				list += file + "\n"
			}
			_, r := mustOpen(t, write(t, filepath.Join(dir, "list"), []byte(list)), c.o)
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
	_, r := mustOpen(t, idxFiles(t, idxImages(2, 2, 2, varied), idxLabels(1, 4)), dataset.Options{})
	noted(t, r, "labels go from 0 to 4, but no image has the label 0, 2, 3")
	_, r = mustOpen(t, idxFiles(t, idxImages(2, 2, 2, []byte{5, 5, 6, 5, 4, 4, 5, 4}), nil), dataset.Options{})
	noted(t, r, "all images are nearly the same single value (4 to 6 of 255)")
	_, r = mustOpen(t, idxFiles(t, idxImages(2, 2, 2, []byte{5, 5, 5, 5, 0, 99, 200, 9}), idxLabels(0, 200)), dataset.Options{})
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
		write(t, filepath.Join(dir, "train-labels.npy"), nil)
		_, r := mustOpen(t, dir, dataset.Options{})
		noted(t, r, "train-labels.npy looks like labels and is not used")
	})
	t.Run("html", func(t *testing.T) {
		dir, labels := at(t)
		write(t, labels, []byte("<html>not found"))
		_, _, err := dataset.Open(t.Context(), dir, dataset.Options{})
		says(t, err, labels+": is an HTML page")
	})
}

func TestPaddedGzip(t *testing.T) {
	images, labels := idxOf(randomSet(t, 3, raster.Size{Height: 2, Width: 2}))
	padded := append(packed(images[:20]), append(packed(images[20:]), make([]byte, 700)...)...)
	s, _ := mustOpen(t, idxFiles(t, padded, packed(labels)), dataset.Options{})
	same(t, s, randomSet(t, 3, raster.Size{Height: 2, Width: 2}))
	_, _, err := dataset.Open(t.Context(), idxFiles(t, append(padded, 1), packed(labels)), dataset.Options{})
	says(t, err, "gzip file is followed by other bytes")
}

// TestSizesOfOneArea: the largest and the smallest of images that are as large as each other differ.
func TestSizesOfOneArea(t *testing.T) {
	for _, wideFirst := range []bool{false, true} {
		of := tree{}
		for i := range 4 {
			size := raster.Size{Height: 2, Width: 8}
			if (i%2 == 0) != wideFirst {
				size = raster.Size{Height: 8, Width: 2}
			}
			of[fmt.Sprintf("%d.png", i)] = flatPNG(t, size, byte(60*i))
		}
		_, r, err := dataset.Open(t.Context(), of.folder(t), dataset.Options{})
		must(t, err)
		if r.Smallest == r.Largest || !strings.Contains(strings.Join(r.Notes, "\n"), "the largest 8x2 and the smallest 2x8") {
			t.Errorf("%v to %v, notes %q", r.Smallest, r.Largest, r.Notes)
		}
	}
}
