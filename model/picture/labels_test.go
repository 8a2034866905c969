package picture

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// TestLabels: the number of its class stands over each column, or beside each row, and
// nothing is written elsewhere.
func TestLabels(t *testing.T) {
	for name, c := range map[string]struct {
		n, classes, rows, cols int
		over, beside           []string
	}{
		"columns":          {40, 10, 4, 10, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, nil},
		"twice as many":    {24, 3, 4, 6, []string{"0", "1", "2", "0", "1", "2"}, nil},
		"the last missing": {2, 10, 1, 3, []string{"0", "1"}, nil},
		"rows":             {3, 3, 3, 1, nil, []string{"0", "1", "2"}},
		"two digits":       {24, 12, 2, 12, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}, nil},
		"neither":          {36, 10, 6, 6, nil, nil},
		"no classes":       {36, 0, 6, 6, nil, nil},
		// The picture is LeastWidth wide at scale 3, with 84 pixels, 12 letters, for a column.
		"names":  {12, -6, 2, 6, []string{"1", "tulip", "two words", "3", "four letters", "12 letters and one mor.."}, nil},
		"beside": {6, -6, 6, 1, nil, []string{"1", "tulip", "two words", "3", "four letters", "12 letters and one mor.."}},
	} {
		t.Run(name, func(t *testing.T) {
			p := picturesOfSize(28, c.n, max(c.classes, -c.classes))
			if c.classes < 0 {
				p.ClassNames = []string{"1", "tulip", "two words", "grün", "four letters", "12 letters and one more, and more"}
				for i := 6; i < -c.classes; i++ {
					p.ClassNames = append(p.ClassNames, fmt.Sprintf("class %d", i))
				}
			}
			g := p.Grid(c.rows, c.cols, 0, MaxPixels)
			if !slices.Equal(g.over, c.over) || !slices.Equal(g.beside, c.beside) {
				t.Fatalf("labels %q and %q, want %q and %q", g.over, g.beside, c.over, c.beside)
			}
			drawn := blank(t, g)
			drawn.Put(0, make([]byte, c.n*28*28))
			lines := 0
			for i, label := range c.over {
				cell := drawn.cell(i)
				label = strings.Replace(label, "12 letters and one mor..", "12 letters..", 1)
				got, box := ink(drawn.Image, image.Rect(cell.Min.X, 0, cell.Max.X, cell.Min.Y-Gap))
				if got != written(label) {
					t.Errorf("over column %d stands\n%swant %q", i, got, label)
				}
				if left, right := box.Min.X-cell.Min.X, cell.Max.X-box.Max.X; label != "" && (left-right > 4 || right-left > 4) {
					t.Errorf("the label %q begins %d from the column's left, and ends %d from its right", label, left, right)
				}
				lines += strings.Count(written(label), "#")
			}
			for i, label := range c.beside {
				cell := drawn.cell(i)
				if got, _ := ink(drawn.Image, image.Rect(0, cell.Min.Y, cell.Min.X-Gap, cell.Max.Y)); got != written(label) {
					t.Errorf("beside row %d stands\n%swant %q", i, got, label)
				}
				lines += strings.Count(written(label), "#")
			}
			if all, _ := ink(drawn.Image, drawn.Image.Bounds()); strings.Count(all, "#") != lines {
				t.Errorf("%d pixels are written, and %d of them where they should be", strings.Count(all, "#"), lines)
			}
		})
	}
	// At scale 1 images of 7 pixels have no room for two digits.
	if g := picturesOfSize(7, 24, 12).Grid(2, 12, 1, MaxPixels); g.over != nil || g.height() != 2*(7+Gap)+Gap {
		t.Errorf("labels %q without room, on a picture %d high", g.over, g.height())
	}
	p := picturesOfSize(7, 24, 12)
	p.ClassNames = strings.Split("abcdefghijkl", "")
	p.ClassNames[11] = "a long name"
	for scale, want := range map[int]bool{4: false, 5: true} { // columns of 28 and 35 pixels, and 5 letters of 7
		if g := p.Grid(2, 12, scale, MaxPixels); (g.over != nil) != want {
			t.Errorf("at scale %d, the labels are %q", scale, g.over)
		}
	}
	if g := picturesOfSize(7, 24, 12).Grid(2, 12, 2, MaxPixels); g.over == nil {
		t.Error("labels of 14 pixels are left out over images of 14 pixels")
	}
}

// written is the ink of a label.
func written(label string) string {
	img := image.NewGray(image.Rect(0, 0, 200, 20))
	d := font.Drawer{Dst: img, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(10, 15)}
	d.DrawString(label)
	text, _ := ink(img, img.Bounds())
	return text
}

// ink is what is written within bounds, without its margins, and where it is.
func ink(img image.Image, bounds image.Rectangle) (string, image.Rectangle) {
	white := func(x, y int) bool { return color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y == 0xff }
	box := image.Rectangle{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if white(x, y) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	var text strings.Builder
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			fmt.Fprint(&text, map[bool]string{true: "#", false: " "}[white(x, y)])
		}
		fmt.Fprintln(&text)
	}
	return text.String(), box
}

// TestName: the file of an image has the name of its class, as far as file names allow.
func TestName(t *testing.T) {
	p := picturesOfSize(1, 8, 8)
	if got := p.Name(3); got != "seed0003_class3.png" {
		t.Errorf("without names: %s", got)
	}
	p.ClassNames = []string{"tulip", "Grün", "t-shirt_1", "a/b", "..", `C:\x`, "two words", strings.Repeat("ä", 80)}
	for i, want := range []string{"tulip", "Grün", "t-shirt_1", "a_b_3", "___4", "C__x_5", "two_words_6", strings.Repeat("ä", 50) + "_7"} {
		if got := p.Name(i); got != fmt.Sprintf("seed%04d_class%s.png", i, want) {
			t.Errorf("class %d: %s, want %s", i, got, want)
		}
	}
}
