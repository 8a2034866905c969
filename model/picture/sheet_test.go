package picture

import (
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// sheetSet are images of 2x2 pixels that have these labels.
func sheetSet(t *testing.T, labels ...int) *dataset.Set {
	shape := raster.Shape{Size: raster.Size{Height: 2, Width: 2}, Channels: 1}
	set, err := dataset.FromPixels("set", shape, make([]byte, len(labels)*shape.Values()), labels)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestSheet: a class has rows of its own, the sheet is about as high as wide, and no image is left
// out for want of a label.
func TestSheet(t *testing.T) {
	repeat := func(n int, labels ...int) []int { return slices.Repeat(labels, n) }
	for name, c := range map[string]struct {
		labels []int
		n      int
		rows   int
		cols   int
		beside []string
		images []int // nil for those that are evenly spread
	}{
		"no labels":     {repeat(100, -1), 9, 3, 3, nil, []int{0, 11, 22, 33, 44, 55, 66, 77, 88}},
		"two classes":   {append(repeat(100, 0), repeat(100, 1)...), 64, 8, 8, []string{"0", "", "", "", "1", "", "", ""}, nil},
		"many classes":  {repeat(10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 30, 10, 3, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, nil},
		"few images":    {repeat(2, 0, 1), 64, 2, 2, []string{"0", "1"}, []int{0, 2, 1, 3}},
		"a small class": {append(repeat(8, 0), 1), 16, 3, 4, []string{"0", "", "1"}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1}},
		"some labels":   {[]int{0, -1, 0, -1}, 4, 2, 2, []string{"0", "no label"}, []int{0, 2, 1, 3}},
	} {
		s := NewSheet(sheetSet(t, c.labels...), c.n, MaxPixels)
		if s.rows != c.rows || s.cols != c.cols || !slices.Equal(s.beside, c.beside) || c.images != nil && !slices.Equal(s.images, c.images) {
			t.Errorf("%s: %d rows, %d columns, %q, images %d; want %d, %d, %q, %d", name, s.rows, s.cols, s.beside, s.images, c.rows, c.cols, c.beside, c.images)
		}
		shown := 0
		for cell, i := range s.images {
			if i < 0 {
				continue
			}
			shown++
			if label := s.set.Label(i); label >= 0 && beside(s, cell) != string(rune('0'+label)) {
				t.Errorf("%s: an image of class %d stands beside %q", name, label, beside(s, cell))
			}
		}
		if shown != s.Images {
			t.Errorf("%s: %d images, want %d", name, s.Images, shown)
		}
		if img, err := s.Draw(); err != nil || img.Bounds().Dx() < LeastWidth {
			t.Errorf("%s: %v wide, %v", name, img.Bounds(), err)
		}
	}
}

// beside returns the label of the class that a cell belongs to.
func beside(s Sheet, cell int) string {
	row := cell / s.cols
	for s.beside != nil && s.beside[row] == "" {
		row--
	}
	if s.beside == nil {
		return ""
	}
	return s.beside[row]
}

// TestLabelOf: a label has letters that the font has, and not too many.
func TestLabelOf(t *testing.T) {
	names := []string{"tulip", "été", strings.Repeat("long", 9)}
	for class, want := range []string{"tulip", "1", "longlonglonglonglonglo..", "3"} {
		if got := labelOf(names, uint64(class)); got != want {
			t.Errorf("class %d: %q, want %q", class, got, want)
		}
	}
}
