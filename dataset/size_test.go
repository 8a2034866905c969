package dataset_test

import (
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// sized is files of images of noise, so many of each size.
func sized(t testing.TB, counts map[raster.Size]int) tree {
	files, n := tree{}, 0
	for size, count := range counts {
		for range count {
			img := image.NewGray(image.Rect(0, 0, size.Width, size.Height))
			for k := range img.Pix {
				img.Pix[k] = byte((k + 3*n) * (n*37 + 11))
			}
			files[fmt.Sprintf("%v/%04d.png", size, n)] = encoded(t, img)
			n++
		}
	}
	return files
}

// TestChosenSize: images keep their size if nearly all have one that is not large.
func TestChosenSize(t *testing.T) {
	square := func(side int) raster.Size { return raster.Size{Height: side, Width: side} }
	for name, c := range map[string]struct {
		counts map[raster.Size]int
		o      dataset.Options
		want   raster.Size
		wrong  int
	}{
		"one":             {map[raster.Size]int{{Height: 5, Width: 7}: 1}, dataset.Options{}, raster.Size{Height: 5, Width: 7}, 0},
		"128":             {map[raster.Size]int{square(128): 2}, dataset.Options{}, square(128), 0},
		"129":             {map[raster.Size]int{{Height: 10, Width: 129}: 2}, dataset.Options{}, square(64), 0},
		"nine tenths":     {map[raster.Size]int{square(4): 9, square(5): 1}, dataset.Options{}, square(4), 1},
		"less":            {map[raster.Size]int{square(4): 17, square(5): 2}, dataset.Options{}, square(64), 0},
		"chosen":          {map[raster.Size]int{square(4): 9, square(5): 1}, dataset.Options{Size: square(6)}, square(6), 0},
		"one in hundreds": {map[raster.Size]int{square(4): 350, square(5): 1}, dataset.Options{}, square(4), 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, r, err := dataset.Open(t.Context(), sized(t, c.counts).folder(t), c.o)
			must(t, err)
			if r.Shape.Size != c.want || r.Counts[dataset.KindWrongSize] != c.wrong {
				t.Errorf("size %v with %v", r.Shape.Size, r.Counts)
			}
		})
	}
}

// TestFit: an image of other proportions is cropped, padded or stretched, from a file and from an
// array alike.
func TestFit(t *testing.T) {
	im := raster.New(raster.Shape{Size: raster.Size{Height: 4, Width: 8}, Channels: raster.RGB})
	for k := range im.Pix {
		im.Pix[k] = byte(k * 7)
	}
	dir := t.TempDir()
	list := write(t, filepath.Join(dir, "list"), []byte("a.png\n"))
	write(t, filepath.Join(dir, "a.png"), pngOf(im))
	array := write(t, filepath.Join(dir, "array"), npyOf([]raster.Image{im}))
	size := raster.Size{Height: 2, Width: 2}
	for _, fit := range []raster.Fit{raster.Crop, raster.Pad, raster.Stretch} {
		o := dataset.Options{Size: size, Fit: fit, Background: [3]uint8{255, 1, 2}}
		for _, src := range []string{list, array} {
			s, r := mustOpen(t, src, o)
			if want := im.To(size, fit, o.Background); !slices.Equal(s.Bytes(), want.Pix) {
				t.Errorf("%s: got %v, want %v", fit, s.Bytes(), want.Pix)
			}
			noted(t, r, "images are stored as 4x8: each becomes 2x2; 1 image has another aspect ratio and "+
				map[raster.Fit]string{raster.Crop: "is cropped", raster.Pad: "gets a border", raster.Stretch: "is stretched"}[fit])
		}
	}
	s, _ := mustOpen(t, list, dataset.Options{Size: size})
	if want := im.To(size, raster.Crop, [3]uint8{}); !slices.Equal(s.Bytes(), want.Pix) {
		t.Error("the default is not to crop")
	}
}

// TestLargeImage: a photo is read like any image.
func TestLargeImage(t *testing.T) {
	dir := tree{"a.jpg": encodedJPEG(t, flat(raster.Size{Height: 6000, Width: 4000}, 9))}.folder(t)
	s, r := mustOpen(t, dir, dataset.Options{})
	if s.Shape() != raster.Grey(raster.Size{Height: 64, Width: 64}) || s.Bytes()[77] != 9 || r.Largest != (raster.Size{Height: 6000, Width: 4000}) {
		t.Errorf("shape %v, report %+v", s.Shape(), r)
	}
	_, r, err := dataset.Open(t.Context(), dir, dataset.Options{Memory: 1 << 20})
	must(t, err)
	says(t, r.Err(), "a.jpg: image of 6000x4000 takes", "and 1 MB are available")
}
