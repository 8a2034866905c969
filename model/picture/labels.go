package picture

import (
	"image"
	"image/color"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// textHeight is the height of a label, in pixels.
const textHeight = 13

// classify labels the columns of n images if each column has one class. Otherwise it labels the
// rows if each row has one class.
func (g *Grid) classify(n int, class func(i int) uint64) {
	g.over = labels(n, g.cols, func(i int) int { return i % g.cols }, class)
	if g.over == nil {
		g.beside = labels(n, g.rows, func(i int) int { return i / g.cols }, class)
	}
}

// labels returns the class of each line of n images, or nil if a line has two classes. line returns
// the line of an image: its row or its column. Lines without an image are left out.
func labels(n, lines int, line func(i int) int, class func(i int) uint64) []string {
	all := make([]string, min(n, lines)) // there can be many more cells than images
	for i := range n {
		label, at := strconv.FormatUint(class(i), 10), line(i)
		if all[at] != "" && all[at] != label {
			return nil
		}
		all[at] = label
	}
	return all
}

// roomy reports whether each label has room beside its neighbour.
func (g Grid) roomy() bool {
	return textWidth(g.over) <= g.size.Width*g.Scale && (g.beside == nil || textHeight <= g.size.Height*g.Scale)
}

// Labelled reports whether columns or rows have labels.
func (g Grid) Labelled() bool { return g.over != nil || g.beside != nil }

// textWidth returns the width of the widest label, in pixels.
func textWidth(labels []string) int {
	widest := 0
	for _, label := range labels {
		widest = max(widest, font.MeasureString(basicfont.Face7x13, label).Ceil())
	}
	return widest
}

// label draws each label in the middle of its column or row.
func (c *Canvas) label(ink color.Color) {
	d := font.Drawer{Dst: c.Image, Src: image.NewUniform(ink), Face: basicfont.Face7x13}
	write := func(label string, x, y int) {
		d.Dot = fixed.P(x, y+basicfont.Face7x13.Ascent)
		d.DrawString(label)
	}
	for i, label := range c.over {
		cell := c.cell(i)
		write(label, cell.Min.X+(cell.Dx()-textWidth([]string{label}))/2, c.Gap)
	}
	for i, label := range c.beside {
		cell := c.cell(i * c.cols)
		write(label, c.left()-c.Gap-textWidth([]string{label}), cell.Min.Y+(cell.Dy()-textHeight)/2)
	}
}
