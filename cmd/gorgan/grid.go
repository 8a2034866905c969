package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"gorgan/dataset"
	"gorgan/model"
)

const (
	// gridGap is how many pixels lie between the images of a grid, and around them.
	gridGap = 2
	// gridWidth is the least width of a grid whose scale nobody chose.
	gridWidth = 512
	// maxPicture is the largest picture drawn, in pixels.
	maxPicture = 1 << 28
	// gridShade is the grey of what no image covers. Scans and digits have black or white
	// at their edges, and this is neither.
	gridShade = 0x58
)

// A grid says where images of one size lie on a picture: in rows and columns, row by row.
// A folder's pictures are grids of one image each, without gaps.
type grid struct {
	size       dataset.Size // of an image
	channels   int          // of an image: 1 is grey, dataset.RGB are colours
	rows, cols int
	scale      int      // how many pixels of the picture a pixel of an image is wide
	gap        int      // 0 for an image alone
	over       []string // labels of the columns, nil for none
	beside     []string // labels of the rows, nil for none
}

// newGrid is a grid of a model's images, at scale 1.
func newGrid(c model.Config, rows, cols int) grid {
	return grid{size: dataset.Size{Height: c.Height, Width: c.Width}, channels: c.Stack, rows: rows, cols: cols, scale: 1, gap: gridGap}
}

// squarish has n images in about as many rows as columns. Where the images are of so many
// classes in turn, the columns are a multiple of these, so that each is of one class.
func squarish(n, classes int) (rows, cols int) {
	root := math.Sqrt(float64(n))
	cols = int(math.Ceil(root))
	if classes > 1 {
		cols = min(n, classes*max(1, int(math.Round(root/float64(classes)))))
	}
	return (n + cols - 1) / cols, cols
}

// width is that of the picture, in pixels.
func (g grid) width() int { return g.left() + g.cols*g.pitch().X }

// height is that of the picture, in pixels.
func (g grid) height() int { return g.top() + g.rows*g.pitch().Y }

// left is how many pixels lie left of the first column.
func (g grid) left() int {
	if g.beside == nil {
		return g.gap
	}
	return g.gap + textWidth(g.beside) + g.gap
}

// top is how many pixels lie above the first row.
func (g grid) top() int {
	if g.over == nil {
		return g.gap
	}
	return g.gap + textHeight + g.gap
}

// pitch is the way from one image to the next.
func (g grid) pitch() image.Point {
	return image.Pt(g.size.Width*g.scale+g.gap, g.size.Height*g.scale+g.gap)
}

// cell is where image i lies.
func (g grid) cell(i int) image.Rectangle {
	pitch := g.pitch()
	at := image.Pt(g.left()+i%g.cols*pitch.X, g.top()+i/g.cols*pitch.Y)
	return image.Rectangle{at, at.Add(pitch).Sub(image.Pt(g.gap, g.gap))}
}

// check refuses a picture that is too large: in all, or for a form that has at most side
// pixels in a row or a column.
func (g grid) check(side int) error {
	// By division: what is too large may not fit an int when multiplied.
	if g.scale <= side/max(g.size.Width, g.size.Height) && g.cols <= side/g.pitch().X && g.rows <= side/g.pitch().Y &&
		g.width() <= side && g.height() <= side && g.width() <= maxPicture/g.height() {
		return nil
	}
	want := fmt.Sprintf("at most %d pixels", maxPicture)
	if side < maxPicture {
		want += fmt.Sprintf(", and %d a side", side)
	}
	return fmt.Errorf("a picture of %d rows and %d columns of images of %v at scale %d is too large, want %s", g.rows, g.cols, g.size, g.scale, want)
}

// suit chooses the scale: the smallest at which the picture is gridWidth wide and its labels
// have room, or the largest that check lets pass.
func (g *grid) suit(side int) {
	for g.scale = 1; g.width() < gridWidth || !g.roomy(); g.scale++ {
		next := *g
		if next.scale++; next.check(side) != nil {
			return
		}
	}
}

// bytes is how much memory the picture takes.
func (g grid) bytes() int64 { return int64(g.width()) * int64(g.height()) * int64(g.pixelBytes()) }

// pixelBytes is how many bytes a pixel of the picture has.
func (g grid) pixelBytes() int {
	if g.channels == 1 {
		return 1
	}
	return dataset.RGB + 1 // and its opacity
}

// canvas is the picture of a grid that is being drawn: an *image.Gray, or an opaque
// *image.NRGBA.
type canvas struct {
	grid
	image draw.Image
	pix   []byte
	// stride is how many bytes a row of pix has.
	stride int
}

// newCanvas has the grid's labels, and no image yet.
func newCanvas(g grid) (*canvas, error) {
	if err := g.check(maxPicture); err != nil {
		return nil, err
	}
	c := &canvas{grid: g}
	bounds := image.Rect(0, 0, g.width(), g.height())
	if g.channels == 1 {
		img := image.NewGray(bounds)
		c.image, c.pix, c.stride = img, img.Pix, img.Stride
	} else {
		img := image.NewNRGBA(bounds)
		c.image, c.pix, c.stride = img, img.Pix, img.Stride
	}
	for i := range c.pix {
		c.pix[i] = gridShade
	}
	if g.channels > 1 {
		for i := dataset.RGB; i < len(c.pix); i += dataset.RGB + 1 {
			c.pix[i] = 0xff
		}
	}
	c.label(color.White)
	return c, nil
}

// put draws images, of which the first has number first. pixels are the bytes of image
// after image, the channels of an image one after the other.
func (c *canvas) put(first int, pixels []byte) {
	plane := c.size.Pixels()
	for i := range len(pixels) / (c.channels * plane) {
		cell := c.cell(first + i)
		for channel := range c.channels {
			c.enlarge(cell.Min, channel, pixels[(i*c.channels+channel)*plane:][:plane])
		}
		// The other rows of each row of pixels have the same bytes as the first.
		for y := cell.Min.Y; y < cell.Max.Y; y += c.scale {
			row := c.row(cell.Min.X, y)[:cell.Dx()*c.pixelBytes()]
			for below := 1; below < c.scale; below++ {
				copy(c.row(cell.Min.X, y+below), row)
			}
		}
	}
}

// enlarge draws a channel of an image at a point, of each row of its pixels the first of
// the rows that it becomes.
func (c *canvas) enlarge(at image.Point, channel int, plane []byte) {
	step := c.pixelBytes()
	for y := range c.size.Height {
		to := c.row(at.X, at.Y+y*c.scale)[channel:]
		for x, v := range plane[y*c.size.Width:][:c.size.Width] {
			for i := range c.scale {
				to[(x*c.scale+i)*step] = v
			}
		}
	}
}

// row is the picture's bytes from a point on.
func (c *canvas) row(x, y int) []byte { return c.pix[y*c.stride+x*c.pixelBytes():] }
