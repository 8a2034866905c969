package dataset_test

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// truth is what the files of testdata/cases.zip show. The test takes it from their simplest
// forms without a decoder: plain IDX, an uncompressed BMP, and the float32 of a plain .npy.
type truth struct {
	digits []byte // 40 digits of 28x28 pixels
	seven  []byte // one digit of 28x28 pixels
	noise  []byte // 8 images of 28x28 pixels
	small  []byte // 9 images of 10x10 pixels
	bytes  []byte // 8 images of 28x28 pixels
}

func truthOf(t *testing.T, dir string) truth {
	last := func(path string, n int) []byte {
		data, err := os.ReadFile(filepath.Join(dir, path))
		must(t, err)
		return data[len(data)-n:]
	}
	const pixels = 28 * 28
	seven := last("images/bmp.jpg", pixels)
	upright := make([]byte, 0, pixels)
	for y := 27; y >= 0; y-- { // a BMP begins with the lowest row
		upright = append(upright, seven[y*28:][:28]...)
	}
	columns := floats(last("npy/noise_fortran.npy", 4*9*100))
	rows := make([]float64, len(columns))
	for k, v := range columns {
		rows[k%9*100+k/9] = (v + 1) / 2
	}
	return truth{
		digits: last("idx/ok/train-images-idx3-ubyte", 40*pixels),
		seven:  upright,
		noise:  scaled(floats(last("npy/ok.npy", 4*8*pixels))),
		small:  scaled(rows),
		bytes:  last("npy/uint8.npy", 8*pixels),
	}
}

// floats reads float32 of the lowest byte first.
func floats(data []byte) (all []float64) {
	for ; len(data) > 0; data = data[4:] {
		all = append(all, float64(math.Float32frombits(binary.LittleEndian.Uint32(data))))
	}
	return all
}

// scaled makes bytes of values from 0 to 1.
func scaled(values []float64) (all []byte) {
	for _, v := range values {
		all = append(all, uint8(math.Round(255*v)))
	}
	return all
}

// negative returns the pixels of black ink on white paper.
func negative(ink []byte) (paper []byte) {
	for _, v := range ink {
		paper = append(paper, 255-v)
	}
	return paper
}

// turned returns images of 28x28 pixels with rows for columns.
func turned(images []byte) []byte {
	all := make([]byte, len(images))
	for k := range images {
		all[k/784*784+k%28*28+k%784/28] = images[k]
	}
	return all
}

// from returns n labels: first, first+1 and so on, and again after the last.
func from(first, last, n int) (all []int) {
	for k := range n {
		all = append(all, first+k%(last-first+1))
	}
	return all
}

// TestCases: each file that went wrong with other tools is read as it is meant.
func TestCases(t *testing.T) {
	dir := unzipped(t, filepath.Join("testdata", "cases.zip"))
	is := truthOf(t, dir)
	const jpeg, webp = 12, 32 // the largest error of a pixel
	names := []string{"eight", "five", "four", "nine", "one", "seven", "six", "three", "two", "zero"}
	named := []int{9, 4, 8, 7, 2, 1, 6, 5, 0, 3} // the places of zero, one, two, … in names
	lonely := "labels go from 0 to 7, but no image has the label 0, 1, 2, 3, 4, 5, 6"
	row, unit := "784 values are taken as 28x28 pixels", "values from 0 to 1 are taken as 0 to 255"
	white := dataset.Options{Background: [3]uint8{255, 255, 255}}
	for _, c := range []struct {
		src     string
		o       dataset.Options
		pixels  []byte
		within  int
		labels  []int // nil for none
		classes []string
		notes   []string
	}{
		{"lists/ok.txt", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, nil},
		{"lists/comma.csv", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, nil},
		{"lists/quoted.txt", dataset.Options{}, is.digits[:2*784], jpeg, []int{0, 1}, nil, nil},
		{"lists/mxnet.lst", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, nil},
		{"lists/nbsp.txt", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, []string{"no-break spaces separate path and label on 40 lines"}},
		{"lists/comment.txt", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, []string{"1 comment line is left out"}},
		{"lists/cr_only.txt", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, nil},
		{"lists/float.txt", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, nil},
		{"lists/labels1.txt", dataset.Options{}, is.digits, jpeg, from(1, 10, 40), nil, []string{"labels go from 0 to 10, but no image has the label 0"}},
		{"lists/names.txt", dataset.Options{}, is.digits, jpeg, slices.Repeat(named, 4), names, nil},

		{"images/extra_idat.png.txt", dataset.Options{}, is.seven, 0, []int{7}, nil, []string{lonely}},
		{"images/badcrc_text.png.txt", dataset.Options{}, is.seven, 0, []int{7}, nil, []string{lonely}},
		{"images/bmp.jpg.txt", dataset.Options{}, is.seven, 0, []int{7}, nil, []string{lonely}},
		{"images/webp.jpg.txt", dataset.Options{}, is.seven, webp, []int{7}, nil, []string{lonely}},
		{"images/exif6.jpg.txt", dataset.Options{}, is.seven, jpeg, []int{7}, nil, []string{"1 image is turned as its EXIF orientation says", lonely}},
		{"images/ink_alpha.png.txt", white, negative(is.seven), 0, []int{7}, nil, []string{"1 image is transparent in places: the background there is white", lonely}},
		{"images/mp24.png.txt", dataset.Options{Size: raster.Size{Height: 28, Width: 28}}, slices.Repeat([]byte{255}, 784), 0, []int{7}, nil,
			[]string{"images are stored as 4000x6000: each becomes 28x28", "all images are nearly the same single value (255 to 255 of 255)", lonely}},

		{"sets/ink/list.txt", white, negative(is.digits), 0, from(0, 9, 40), nil, []string{"40 images are transparent in places: the background there is white"}},
		{"sets/ink/list.txt", dataset.Options{}, make([]byte, 40*784), 0, from(0, 9, 40), nil, []string{"40 images are transparent in places: the background there is black",
			"all images are nearly the same single value (0 to 0 of 255)", "39 images repeat earlier ones"}},
		{"sets/exif/list.txt", dataset.Options{}, is.digits, jpeg, from(0, 9, 40), nil, []string{"30 images are turned as their EXIF orientation says"}},

		{"idx/zp2", dataset.Options{}, is.digits, 0, from(0, 9, 40), nil, nil},
		{"idx/ok", dataset.Options{}, is.digits, 0, from(0, 9, 40), nil, nil},
		{"idx/mnist_train.csv", dataset.Options{}, is.digits[:4*784], 0, []int{0, 1, 2, 3}, nil, []string{row}},
		{"idx/qmnist_folder", dataset.Options{}, is.digits, 0, from(0, 9, 40), nil, []string{"of the 8 columns of train-labels-idx2-int.gz the first is used, the class"}},
		{"idx/emnist", dataset.Options{}, turned(is.digits), 0, from(1, 26, 40), nil, []string{"EMNIST's files have the rows of an image as columns, and they are read as they are", "labels go from 0 to 26, but no image has the label 0"}},

		{"npy/ok.npy", dataset.Options{}, is.noise, 0, nil, nil, []string{row, unit}},
		{"npy/big_endian.npy", dataset.Options{}, is.noise, 0, nil, nil, []string{row, unit}},
		{"npy/fortran.npy", dataset.Options{}, is.noise, 0, nil, nil, []string{row, unit}},
		{"npy/n28x28.npy", dataset.Options{}, is.noise, 0, nil, nil, []string{unit}},
		{"npy/uint8.npy", dataset.Options{}, is.bytes, 0, nil, nil, []string{row}},
		{"npy/noise_fortran.npy", dataset.Options{}, is.small, 0, nil, nil, []string{"100 values are taken as 10x10 pixels", "values from -1 to 1 are taken as 0 to 255"}},
	} {
		t.Run(c.src, func(t *testing.T) {
			s, r := mustOpen(t, filepath.Join(dir, c.src), c.o)
			if s.Shape().Channels != 1 || len(s.Bytes()) != len(c.pixels) {
				t.Fatalf("%d images of %v, want %d bytes of grey", s.Len(), s.Shape(), len(c.pixels))
			}
			if got := apart(s.Bytes(), c.pixels); got > c.within {
				t.Errorf("a pixel is %d away from its value, want %d or less", got, c.within)
			}
			if c.labels == nil {
				c.labels = slices.Repeat([]int{-1}, s.Len())
			}
			if !slices.Equal(labelsOf(s), c.labels) || !slices.Equal(s.Classes(), c.classes) {
				t.Errorf("labels are %v of %q, want %v of %q", labelsOf(s), s.Classes(), c.labels, c.classes)
			}
			noted(t, r, c.notes...)
		})
	}
}

// TestCaseOfAnotherFolder: a list whose paths begin in the current folder is read from there. Elsewhere
// each line says which paths were tried.
func TestCaseOfAnotherFolder(t *testing.T) {
	dir := unzipped(t, filepath.Join("testdata", "cases.zip"))
	list := filepath.Join("sub", "cwd_relative.txt")
	_, r, err := dataset.Open(t.Context(), filepath.Join(dir, "lists", list), dataset.Options{})
	must(t, err)
	says(t, r.Err(), "40 of 40 images are bad", "line 1: img/00.jpg: no such file: tried ", filepath.Join("sub", "img", "00.jpg")+" and "+filepath.Join("img", "00.jpg"))

	t.Chdir(filepath.Join(dir, "lists"))
	want, _ := mustOpen(t, "ok.txt", dataset.Options{})
	s, r := mustOpen(t, list, dataset.Options{})
	same(t, s, want)
	noted(t, r, "40 images were found relative to the current folder, not to that of the list")
}

// TestCaseOfColour: colour is kept. The digits are tinted red, green and blue by turns.
func TestCaseOfColour(t *testing.T) {
	list := filepath.Join(unzipped(t, filepath.Join("testdata", "cases.zip")), "sets", "rgbset", "list.txt")
	s, r := mustOpen(t, list, dataset.Options{})
	noted(t, r)
	if s.Shape().Channels != raster.RGB || s.Len() != 40 || !slices.Equal(labelsOf(s), from(0, 9, 40)) {
		t.Fatalf("%d images of %v, labels %v", s.Len(), s.Shape(), labelsOf(s))
	}
	for i := range 40 {
		var sums [raster.RGB]int
		for k, v := range s.Bytes()[i*3*784:][:3*784] {
			sums[k%3] += int(v)
		}
		if tint := sums[i%3]; tint < 3*sums[(i+1)%3] || tint < 3*sums[(i+2)%3] {
			t.Errorf("image %d: sums of the channels are %v, want most in %d", i, sums, i%3)
		}
	}
	_, r = mustOpen(t, list, dataset.Options{Channels: 1})
	noted(t, r, "40 images are in colour and become grey")
}

// TestCasesRefused: what cannot be read is named in a short sentence.
func TestCasesRefused(t *testing.T) {
	dir := unzipped(t, filepath.Join("testdata", "cases.zip"))
	_, _, err := dataset.Open(t.Context(), filepath.Join(dir, "idx", "html"), dataset.Options{})
	says(t, err, "train-images-idx3-ubyte.gz", "is an HTML page", "want an IDX file")
	if !errors.Is(err, content.ErrFormat) || len(err.Error()) > 3*len(dir)+200 {
		t.Errorf("got %v", err)
	}
	_, r, err := dataset.Open(t.Context(), filepath.Join(dir, "images", "noeoi.jpg.txt"), dataset.Options{})
	must(t, err)
	says(t, r.Err(), "line 1: noeoi.jpg: image is cut short")
	for _, brand := range []string{"heic", "avif"} {
		photo := write(t, filepath.Join(t.TempDir(), "photo.jpg"), []byte("\x00\x00\x00\x18ftyp"+brand+"\x00\x00\x00\x00mif1"))
		_, r, err := dataset.Open(t.Context(), filepath.Dir(photo), dataset.Options{})
		must(t, err)
		says(t, r.Err(), "photo.jpg: is "+strings.ToUpper(brand)+", want JPEG")
	}
}
