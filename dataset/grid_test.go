package dataset_test

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"gorgan/dataset"
)

// TestGrid: three grey images of 3x2 pixels, and the same as the channels of one, on canvases
// with empty cells, and as files.
func TestGrid(t *testing.T) {
	pixels := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}
	black := color.NRGBA{A: 255}
	grey := func(v uint8) color.NRGBA { return color.NRGBA{v, v, v, 255} }
	for name, c := range map[string]struct {
		channels, rows, cols int
		want                 [][]color.NRGBA // by row
	}{
		"grey": {1, 2, 2, [][]color.NRGBA{
			{grey(1), grey(2), grey(7), grey(8)},
			{grey(3), grey(4), grey(9), grey(10)},
			{grey(5), grey(6), grey(11), grey(12)},
			{grey(13), grey(14), black, black},
			{grey(15), grey(16), black, black},
			{grey(17), grey(18), black, black},
		}},
		"colours": {dataset.RGB, 1, 2, [][]color.NRGBA{
			{{1, 7, 13, 255}, {2, 8, 14, 255}, black, black},
			{{3, 9, 15, 255}, {4, 10, 16, 255}, black, black},
			{{5, 11, 17, 255}, {6, 12, 18, 255}, black, black},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			img, err := dataset.Grid(pixels, dataset.Size{Height: 3, Width: 2}, c.channels, c.rows, c.cols)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "grid.png")
			if err := dataset.WritePNG(path, img); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			decoded, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			if want := image.Rect(0, 0, 2*c.cols, 3*c.rows); img.Bounds() != want || decoded.Bounds() != want {
				t.Fatalf("the canvas is %v, as a file %v, want %v", img.Bounds(), decoded.Bounds(), want)
			}
			for y, row := range c.want {
				for x, want := range row {
					if got := color.NRGBAModel.Convert(img.At(x, y)); got != want {
						t.Errorf("pixel %d,%d is %v, want %v", x, y, got, want)
					}
					if got := color.NRGBAModel.Convert(decoded.At(x, y)); got != want {
						t.Errorf("pixel %d,%d of the file is %v, want %v", x, y, got, want)
					}
				}
			}
		})
	}
}

func TestGridRefuses(t *testing.T) {
	square := dataset.Size{Height: 2, Width: 2}
	for _, c := range []struct {
		pixels               int
		size                 dataset.Size
		channels, rows, cols int
		part                 string
	}{
		{5, square, 1, 2, 2, "got 5 bytes"},
		{8, square, 1, 1, 1, "at most 1 of them"},
		{16, square, 3, 2, 2, "got 16 bytes, expected whole images of 2x2, 12 bytes each, and at most 4 of them"},
		{24, square, 3, 1, 1, "at most 1 of them"},
		{16, square, 4, 1, 1, "images of 4 channels, expected 1 or 3"},
		{4, square, 0, 1, 1, "images of 0 channels"},
		{4, dataset.Size{}, 1, 1, 1, "0x0"},
		{4, square, 1, 0, 1, "0 rows"},
		{4, square, 1, 1, -1, "-1 columns"},
		{4, square, 1, 1 << 30, 1 << 30, "at most 268435456"},
	} {
		_, err := dataset.Grid(make([]byte, c.pixels), c.size, c.channels, c.rows, c.cols)
		says(t, err, "dataset: grid", c.part)
		if !errors.Is(err, dataset.ErrFormat) {
			t.Errorf("%v does not wrap ErrFormat", err)
		}
	}
}

// TestGridColours: an image in colours lies as its three channels would, each in a grid of
// its own, whatever the sizes.
func TestGridColours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 5)
		size := dataset.Size{Height: side.Draw(t, "height"), Width: side.Draw(t, "width")}
		rows, cols := side.Draw(t, "rows"), side.Draw(t, "columns")
		n := rapid.IntRange(0, rows*cols).Draw(t, "images") * dataset.RGB * size.Pixels()
		pixels := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "pixels")
		img, err := dataset.Grid(pixels, size, dataset.RGB, rows, cols)
		if err != nil {
			t.Fatal(err)
		}
		canvas := img.(*image.NRGBA)
		if !canvas.Opaque() {
			t.Error("the canvas is not opaque")
		}
		for channel := range dataset.RGB {
			var plane []byte
			for i := channel * size.Pixels(); i < n; i += dataset.RGB * size.Pixels() {
				plane = append(plane, pixels[i:][:size.Pixels()]...)
			}
			grey, err := dataset.Grid(plane, size, 1, rows, cols)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range grey.(*image.Gray).Pix {
				if got := canvas.Pix[4*i+channel]; got != want {
					t.Fatalf("channel %d of pixel %d is %d, want %d", channel, i, got, want)
				}
			}
		}
	})
}
