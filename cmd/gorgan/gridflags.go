package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/raster"
	"gorgan/model/picture"
)

// gridFlags returns the flags for the layout and the size of a picture.
func gridFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "grid", Usage: "lay the images out in `ROWSxCOLS`; without it, nearly square"},
		&cli.IntFlag{Name: "scale", Usage: "make each pixel of an image `N` pixels wide and high",
			DefaultText: fmt.Sprintf("the least that makes a grid %d pixels wide; 1 for a folder or .zip", picture.LeastWidth)},
	}
}

// gridOptions are the values of gridFlags. 0 stands for a flag that is not given.
type gridOptions struct{ rows, cols, scale int }

func readGridOptions(c *cli.Context) (gridOptions, error) {
	o := gridOptions{scale: c.Int("scale")}
	if c.IsSet("scale") && o.scale < 1 {
		return o, usageError{fmt.Errorf("--scale is %d, want 1 or more", o.scale)}
	}
	if text := c.String("grid"); text != "" {
		size, err := raster.ParseSize(text)
		if err != nil {
			return o, usageError{fmt.Errorf("--grid: %q, want rows and columns as in 6x6", text)}
		}
		o.rows, o.cols = size.Height, size.Width
	}
	return o, nil
}

// choose lays out pictures of a form, and prints which of the flags have no effect. It returns
// the grid of a single image for a folder, and an empty grid for an array.
func (o gridOptions) choose(ui *ui, p *picture.Images, f form) (picture.Grid, error) {
	rows, cols, err := o.shape(len(p.Seeds), len(p.Classes))
	if err != nil {
		return picture.Grid{}, err
	}
	if o.rows > 0 && !f.grid() {
		ui.note("--grid has no effect: it has one where --out is a .png or .jpg file, or -")
	}
	var g picture.Grid
	switch f {
	case formNpy, formNpz:
		if o.scale > 0 {
			ui.note("--scale has no effect: it has one on pictures, not on an array")
		}
		return picture.Grid{}, nil
	case formFolder, formZip:
		g = picture.New(p.Config, 1, 1)
		g.Gap, g.Scale = 0, max(1, o.scale)
	default:
		g = p.Grid(rows, cols, o.scale, f.side())
		if p.Classes != nil && !g.Labelled() {
			what := "numbers"
			if p.ClassNames != nil {
				what = "names"
			}
			ui.note("the picture has no class %s: they need columns or rows of one class each, and room", what)
		}
	}
	if err := g.Check(f.side()); err != nil {
		return picture.Grid{}, usageError{fmt.Errorf("%w; ask for fewer images, or a smaller --scale", err)}
	}
	return g, nil
}

// shape returns the grid of the flags, or chooses one for n images whose classes come in turn.
func (o gridOptions) shape(n, classes int) (rows, cols int, err error) {
	if o.rows == 0 {
		rows, cols = picture.Squarish(n, classes)
		return rows, cols, nil
	}
	if o.rows*o.cols < n {
		return 0, 0, usageError{fmt.Errorf("--grid: %dx%d has %s, want at least %d", o.rows, o.cols, count(o.rows*o.cols, "cell"), n)}
	}
	return o.rows, o.cols, nil
}
