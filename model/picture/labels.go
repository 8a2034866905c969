package picture

import (
	"image"
	"image/color"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

const (
	// textHeight is the height of a label, in pixels.
	textHeight = 13
	// leastLetters is the number of letters to which a label may be clipped. All numbers of classes
	// are shorter.
	leastLetters = 5
	// mostLetters is the number of letters of the longest label.
	mostLetters = 24
)

// classify labels the columns of the images if each column has one class. Otherwise it labels the
// rows if each row has one class.
func (g *Grid) classify(p *Images) {
	g.over = p.labels(g.cols, func(i int) int { return i % g.cols })
	if g.over == nil {
		g.beside = p.labels(g.rows, func(i int) int { return i / g.cols })
	}
}

// labels returns the label of the class of each line of the images, or nil if a line has two
// classes. line returns the line of an image: its row or its column. Lines without an image are left
// out.
func (p *Images) labels(lines int, line func(i int) int) []string {
	all := make([]string, min(len(p.Seeds), lines)) // there can be many more cells than images
	classes := make([]uint64, len(all))
	for i, seed := range p.Seeds {
		class, at := p.Class(seed), line(i)
		if all[at] != "" && classes[at] != class {
			return nil
		}
		all[at], classes[at] = p.label(class), class
	}
	return all
}

// label returns what stands at the images of a class (see labelOf).
func (p *Images) label(class uint64) string { return labelOf(p.ClassNames, class) }

// labelOf returns the label of a class: its name, clipped if need be, or its number if it has no name
// or if the font lacks a letter of it.
func labelOf(names []string, class uint64) string {
	if class < uint64(len(names)) {
		name := names[class]
		if !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
			return clip(name, mostLetters)
		}
	}
	return strconv.FormatUint(class, 10)
}

// clip returns a label of at most so many letters. Two points stand for what it leaves out.
func clip(label string, letters int) string {
	if len(label) <= letters {
		return label
	}
	return label[:letters-2] + ".."
}

// roomy reports whether each label, clipped if need be, has room beside its neighbour.
func (g Grid) roomy() bool {
	if g.beside != nil && textHeight > g.shape.Height*g.Scale {
		return false
	}
	letters := 0
	for _, label := range g.over {
		letters = max(letters, min(len(label), leastLetters))
	}
	return letters <= g.letters()
}

// letters returns the number of letters for which there is room over a column.
func (g Grid) letters() int { return g.shape.Width * g.Scale / basicfont.Face7x13.Advance }

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
		label = clip(label, c.letters())
		write(label, cell.Min.X+(cell.Dx()-textWidth([]string{label}))/2, c.Gap)
	}
	for i, label := range c.beside {
		cell := c.cell(i * c.cols)
		write(label, c.left()-c.Gap-textWidth([]string{label}), cell.Min.Y+(cell.Dy()-textHeight)/2)
	}
}
