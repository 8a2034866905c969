package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
)

// gridFlags say how images lie on a picture, and how large it is.
func gridFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "grid", Usage: "`ROWSxCOLS` of the grid; nearly square without it"},
		&cli.IntFlag{Name: "scale", Usage: "make each pixel of an image `N` pixels wide and high",
			DefaultText: fmt.Sprintf("the least that makes a grid %d pixels wide; 1 for a folder", gridWidth)},
	}
}

// chooseGrid reads the flags for pictures of a form, and says which have no effect on it. Of
// a folder it returns the grid of an image alone, and of an array one of nothing.
func chooseGrid(ui *ui, c *cli.Context, p *pictures, f form) (grid, error) {
	scale := c.Int("scale")
	if c.IsSet("scale") && scale < 1 {
		return grid{}, usageError{fmt.Errorf("--scale is %d, want 1 or more", scale)}
	}
	rows, cols, err := gridShape(c.String("grid"), len(p.seeds), len(p.classes))
	if err != nil {
		return grid{}, err
	}
	if c.IsSet("grid") && !f.grid() {
		ui.note("--grid has no effect: it has one where --out is a .png or .jpg file, or -")
	}
	var g grid
	switch f {
	case formNpy:
		if c.IsSet("scale") {
			ui.note("--scale has no effect: it has one on pictures, not on an array")
		}
		return grid{}, nil
	case formFolder:
		g = newGrid(p.config, 1, 1)
		g.gap, g.scale = 0, max(1, scale)
	default:
		g = p.grid(rows, cols, scale, f.side())
		if p.classes != nil && g.over == nil && g.beside == nil {
			ui.note("the picture has no class numbers: they need columns or rows of one class each, and room")
		}
	}
	if err := g.check(f.side()); err != nil {
		return grid{}, usageError{fmt.Errorf("%w; ask for fewer images, or a smaller --scale", err)}
	}
	return g, nil
}

// gridShape reads "6x6", or chooses a grid for n images of so many classes in turn.
func gridShape(text string, n, classes int) (rows, cols int, err error) {
	if text == "" {
		rows, cols = squarish(n, classes)
		return rows, cols, nil
	}
	size, err := dataset.ParseSize(text)
	if err != nil {
		return 0, 0, usageError{fmt.Errorf("--grid: %q, want rows and columns as in 6x6", text)}
	}
	if size.Height*size.Width < n {
		return 0, 0, usageError{fmt.Errorf("--grid: %s has %d cells, want at least %d", text, size.Height*size.Width, n)}
	}
	return size.Height, size.Width, nil
}
