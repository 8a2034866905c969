package dataset_test

import (
	"bytes"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"gorgan/dataset"
)

func TestGrid(t *testing.T) {
	pixels := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	img, err := dataset.Grid(pixels, dataset.Size{Height: 3, Width: 1}, 2, 3)
	want := []byte{
		1, 4, 7,
		2, 5, 8,
		3, 6, 9,
		10, 0, 0,
		11, 0, 0,
		12, 0, 0,
	}
	if err != nil || !bytes.Equal(img.Pix, want) || img.Bounds().Dx() != 3 {
		t.Fatalf("got %v, %v", img, err)
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
	if _, err := png.Decode(f); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		pixels     int
		size       dataset.Size
		rows, cols int
		part       string
	}{
		{5, dataset.Size{Height: 2, Width: 2}, 2, 2, "got 5 pixels"},
		{8, dataset.Size{Height: 2, Width: 2}, 1, 1, "at most 1 of them"},
		{4, dataset.Size{}, 1, 1, "0x0"},
		{4, dataset.Size{Height: 2, Width: 2}, 0, 1, "0 rows"},
		{4, dataset.Size{Height: 2, Width: 2}, 1, -1, "-1 columns"},
		{4, dataset.Size{Height: 2, Width: 2}, 1 << 30, 1 << 30, "at most 268435456"},
	} {
		_, err := dataset.Grid(make([]byte, c.pixels), c.size, c.rows, c.cols)
		says(t, err, "dataset: grid", c.part)
		if !errors.Is(err, dataset.ErrFormat) {
			t.Errorf("%v does not wrap ErrFormat", err)
		}
	}
}
