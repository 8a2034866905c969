package picture

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
	// Gap is how many pixels lie between the images of a grid, and around them.
	Gap = 2
	// LeastWidth is the least width of a grid whose scale nobody chose.
	LeastWidth = 512
	// MaxPixels is the largest picture drawn, in pixels.
	MaxPixels = 1 << 28
	// Shade is the grey of what no image covers. Scans and digits have black or white
	// at their edges, and this is neither.
	Shade = 0x58
)

// A Grid says where images of one size lie on a picture: in rows and columns, row by row.
// A folder's pictures are grids of one image each, without gaps.
type Grid struct {
	size       dataset.Size // of an image
	channels   int          // of an image: 1 is grey, dataset.RGB are colours
	rows, cols int
	Scale      int      // how many pixels of the picture a pixel of an image is wide
	Gap        int      // 0 for an image alone
	over       []string // labels of the columns, nil for none
	beside     []string // labels of the rows, nil for none
}

// New is a grid of a model's images, at scale 1.
func New(c model.Config, rows, cols int) Grid {
	return Grid{size: dataset.Size{Height: c.Height, Width: c.Width}, channels: c.Stack, rows: rows, cols: cols, Scale: 1, Gap: Gap}
}

// Squarish has n images in about as many rows as columns. Where the images are of so many
// classes in turn, the columns are a multiple of these, so that each is of one class.
func Squarish(n, classes int) (rows, cols int) {
	root := math.Sqrt(float64(n))
	cols = int(math.Ceil(root))
	if classes > 1 {
		cols = min(n, classes*max(1, int(math.Round(root/float64(classes)))))
	}
	return (n + cols - 1) / cols, cols
}

// width is that of the picture, in pixels.
func (g Grid) width() int { return g.left() + g.cols*g.pitch().X }

// height is that of the picture, in pixels.
func (g Grid) height() int { return g.top() + g.rows*g.pitch().Y }

// left is how many pixels lie left of the first column.
func (g Grid) left() int {
	if g.beside == nil {
		return g.Gap
	}
	return g.Gap + textWidth(g.beside) + g.Gap
}

// top is how many pixels lie above the first row.
func (g Grid) top() int {
	if g.over == nil {
		return g.Gap
	}
	return g.Gap + textHeight + g.Gap
}

// pitch is the way from one image to the next.
func (g Grid) pitch() image.Point {
	return image.Pt(g.size.Width*g.Scale+g.Gap, g.size.Height*g.Scale+g.Gap)
}

// cell is where image i lies.
func (g Grid) cell(i int) image.Rectangle {
	pitch := g.pitch()
	at := image.Pt(g.left()+i%g.cols*pitch.X, g.top()+i/g.cols*pitch.Y)
	return image.Rectangle{at, at.Add(pitch).Sub(image.Pt(g.Gap, g.Gap))}
}

// Check refuses a picture that is too large: in all, or for a form that has at most side
// pixels in a row or a column.
func (g Grid) Check(side int) error {
	// By division: what is too large may not fit an int when multiplied.
	if g.Scale <= side/max(g.size.Width, g.size.Height) && g.cols <= side/g.pitch().X && g.rows <= side/g.pitch().Y &&
		g.width() <= side && g.height() <= side && g.width() <= MaxPixels/g.height() {
		return nil
	}
	want := fmt.Sprintf("at most %d pixels", MaxPixels)
	if side < MaxPixels {
		want += fmt.Sprintf(", and %d a side", side)
	}
	return fmt.Errorf("a picture of %d rows and %d columns of images of %v at scale %d is too large, want %s", g.rows, g.cols, g.size, g.Scale, want)
}

// Suit chooses the scale: the smallest at which the picture is LeastWidth wide and its labels
// have room, or the largest that check lets pass.
func (g *Grid) Suit(side int) {
	for g.Scale = 1; g.width() < LeastWidth || !g.roomy(); g.Scale++ {
		next := *g
		if next.Scale++; next.Check(side) != nil {
			return
		}
	}
}

// Bytes is how much memory the picture takes.
func (g Grid) Bytes() int64 { return int64(g.width()) * int64(g.height()) * int64(g.pixelBytes()) }

// pixelBytes is how many bytes a pixel of the picture has.
func (g Grid) pixelBytes() int {
	if g.channels == 1 {
		return 1
	}
	return dataset.RGB + 1 // and its opacity
}

// Canvas is the picture of a grid that is being drawn: an *image.Gray, or an opaque
// *image.NRGBA.
type Canvas struct {
	Grid
	Image draw.Image
	pix   []byte
	// stride is how many bytes a row of pix has.
	stride int
}

// NewCanvas has the grid's labels, and no image yet.
func NewCanvas(g Grid) (*Canvas, error) {
	if err := g.Check(MaxPixels); err != nil {
		return nil, err
	}
	c := &Canvas{Grid: g}
	bounds := image.Rect(0, 0, g.width(), g.height())
	if g.channels == 1 {
		img := image.NewGray(bounds)
		c.Image, c.pix, c.stride = img, img.Pix, img.Stride
	} else {
		img := image.NewNRGBA(bounds)
		c.Image, c.pix, c.stride = img, img.Pix, img.Stride
	}
	for i := range c.pix {
		c.pix[i] = Shade
	}
	if g.channels > 1 {
		for i := dataset.RGB; i < len(c.pix); i += dataset.RGB + 1 {
			c.pix[i] = 0xff
		}
	}
	c.label(color.White)
	return c, nil
}

// Put draws images, of which the first has number first. pixels are the bytes of image
// after image, the channels of an image one after the other.
func (c *Canvas) Put(first int, pixels []byte) {
	plane := c.size.Area()
	for i := range len(pixels) / (c.channels * plane) {
		cell := c.cell(first + i)
		for channel := range c.channels {
			c.enlarge(cell.Min, channel, pixels[(i*c.channels+channel)*plane:][:plane])
		}
		// The other rows of each row of pixels have the same bytes as the first.
		for y := cell.Min.Y; y < cell.Max.Y; y += c.Scale {
			row := c.row(cell.Min.X, y)[:cell.Dx()*c.pixelBytes()]
			for below := 1; below < c.Scale; below++ {
				copy(c.row(cell.Min.X, y+below), row)
			}
		}
	}
}

// enlarge draws a channel of an image at a point, of each row of its pixels the first of
// the rows that it becomes.
func (c *Canvas) enlarge(at image.Point, channel int, plane []byte) {
	step := c.pixelBytes()
	for y := range c.size.Height {
		to := c.row(at.X, at.Y+y*c.Scale)[channel:]
		for x, v := range plane[y*c.size.Width:][:c.size.Width] {
			for i := range c.Scale {
				to[(x*c.Scale+i)*step] = v
			}
		}
	}
}

// row is the picture's bytes from a point on.
func (c *Canvas) row(x, y int) []byte { return c.pix[y*c.stride+x*c.pixelBytes():] }
