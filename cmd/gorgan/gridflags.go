package main

import (
	"fmt"
	"gorgan/model/picture"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
)

// gridFlags returns the flags for the layout and the size of a picture.
func gridFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "grid", Usage: "`ROWSxCOLS` of the grid; nearly square without it"},
		&cli.IntFlag{Name: "scale", Usage: "make each pixel of an image `N` pixels wide and high",
			DefaultText: fmt.Sprintf("the least that makes a grid %d pixels wide; 1 for a folder", picture.LeastWidth)},
	}
}

// chooseGrid reads the flags for pictures of a form, and prints which of them have no effect. It
// returns the grid of a single image for a folder, and an empty grid for an array.
func chooseGrid(ui *ui, c *cli.Context, p *picture.Images, f form) (picture.Grid, error) {
	scale := c.Int("scale")
	if c.IsSet("scale") && scale < 1 {
		return picture.Grid{}, usageError{fmt.Errorf("--scale is %d, want 1 or more", scale)}
	}
	rows, cols, err := gridShape(c.String("grid"), len(p.Seeds), len(p.Classes))
	if err != nil {
		return picture.Grid{}, err
	}
	if c.IsSet("grid") && !f.grid() {
		ui.note("--grid has no effect: it has one where --out is a .png or .jpg file, or -")
	}
	var g picture.Grid
	switch f {
	case formNpy:
		if c.IsSet("scale") {
			ui.note("--scale has no effect: it has one on pictures, not on an array")
		}
		return picture.Grid{}, nil
	case formFolder:
		g = picture.New(p.Config, 1, 1)
		g.Gap, g.Scale = 0, max(1, scale)
	default:
		g = p.Grid(rows, cols, scale, f.side())
		if p.Classes != nil && !g.Labelled() {
			ui.note("the picture has no class numbers: they need columns or rows of one class each, and room")
		}
	}
	if err := g.Check(f.side()); err != nil {
		return picture.Grid{}, usageError{fmt.Errorf("%w; ask for fewer images, or a smaller --scale", err)}
	}
	return g, nil
}

// gridShape reads "6x6", or chooses a grid for n images whose classes come in turn.
func gridShape(text string, n, classes int) (rows, cols int, err error) {
	if text == "" {
		rows, cols = picture.Squarish(n, classes)
		return rows, cols, nil
	}
	size, err := dataset.ParseSize(text)
	if err != nil {
		return 0, 0, usageError{fmt.Errorf("--grid: %q, want rows and columns as in 6x6", text)}
	}
	if size.Height*size.Width < n {
		return 0, 0, usageError{fmt.Errorf("--grid: %s has %s, want at least %d", text, count(size.Height*size.Width, "cell"), n)}
	}
	return size.Height, size.Width, nil
}
