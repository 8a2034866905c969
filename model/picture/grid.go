package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"gorgan/dataset/raster"
	"gorgan/model"
)

const (
	// Gap is how many pixels lie between the images of a grid, and around them.
	Gap = 2
	// LeastWidth is the smallest width in pixels of a grid whose scale nobody chose.
	LeastWidth = 512
	// MaxPixels is the number of pixels of the largest picture.
	MaxPixels = 1 << 28
	// mostColumns is the number of classes above which they have no columns of their own.
	mostColumns = 256
	// Shade is the grey between images. Most images are black or white at their edges, and Shade
	// is neither.
	Shade = 0x58
)

// A Grid is the layout of images of one size on a picture: in rows and columns, row by row. A
// picture of one image is a grid without gaps.
type Grid struct {
	shape      raster.Shape // of an image
	rows, cols int
	Scale      int      // width of an image's pixel, in pixels of the picture
	Gap        int      // 0 for an image alone
	over       []string // labels of the columns, nil for none
	beside     []string // labels of the rows, nil for none
}

// New returns a grid of a model's images, at scale 1.
func New(c model.Config, rows, cols int) Grid { return of(c.Shape(), rows, cols) }

// of returns a grid of images of a shape, at scale 1.
func of(shape raster.Shape, rows, cols int) Grid {
	return Grid{shape: shape, rows: rows, cols: cols, Scale: 1, Gap: Gap}
}

// Squarish returns rows and columns for n images, about as many rows as columns. If the images
// have several classes in turn, the number of columns is a multiple of the classes, so that each
// column has one class; not with more than mostColumns of them.
func Squarish(n, classes int) (rows, cols int) {
	root := math.Sqrt(float64(n))
	cols = int(math.Ceil(root))
	if classes > 1 && classes <= mostColumns {
		cols = min(n, classes*max(1, int(math.Round(root/float64(classes)))))
	}
	return (n + cols - 1) / cols, cols
}

// width returns the width of the picture, in pixels.
func (g Grid) width() int { return g.left() + g.cols*g.pitch().X }

// height returns the height of the picture, in pixels.
func (g Grid) height() int { return g.top() + g.rows*g.pitch().Y }

// left returns the number of pixels left of the first column.
func (g Grid) left() int {
	if g.beside == nil {
		return g.Gap
	}
	return g.Gap + textWidth(g.beside) + g.Gap
}

// top returns the number of pixels above the first row.
func (g Grid) top() int {
	if g.over == nil {
		return g.Gap
	}
	return g.Gap + textHeight + g.Gap
}

// pitch returns the distance from one image to the next.
func (g Grid) pitch() image.Point {
	return image.Pt(g.shape.Width*g.Scale+g.Gap, g.shape.Height*g.Scale+g.Gap)
}

// cell returns the place of image i.
func (g Grid) cell(i int) image.Rectangle {
	pitch := g.pitch()
	at := image.Pt(g.left()+i%g.cols*pitch.X, g.top()+i/g.cols*pitch.Y)
	return image.Rectangle{at, at.Add(pitch).Sub(image.Pt(g.Gap, g.Gap))}
}

// Check returns an error if the picture has more than MaxPixels pixels, or is wider or higher than
// side pixels, the limit of its file format.
func (g Grid) Check(side int) error {
	// It divides, because a product of large numbers can overflow.
	if g.Scale <= side/max(g.shape.Width, g.shape.Height) && g.cols <= side/g.pitch().X && g.rows <= side/g.pitch().Y &&
		g.width() <= side && g.height() <= side && g.width() <= MaxPixels/g.height() {
		return nil
	}
	want := fmt.Sprintf("at most %d pixels", MaxPixels)
	if side < MaxPixels {
		want += fmt.Sprintf(", and %d a side", side)
	}
	return fmt.Errorf("a picture of %d rows and %d columns of images of %v at scale %d is too large, want %s", g.rows, g.cols, g.shape.Size, g.Scale, want)
}

// Suit sets the scale: the smallest one at which the picture is LeastWidth wide and its labels have
// room, or the largest one that Check allows.
func (g *Grid) Suit(side int) {
	for g.Scale = 1; g.width() < LeastWidth || !g.roomy(); g.Scale++ {
		next := *g
		if next.Scale++; next.Check(side) != nil {
			return
		}
	}
}

// Bytes returns the memory that the picture takes, in bytes.
func (g Grid) Bytes() int64 { return int64(g.width()) * int64(g.height()) * int64(g.pixelBytes()) }

// pixelBytes returns the number of bytes of a pixel of the picture.
func (g Grid) pixelBytes() int {
	if g.shape.Channels == 1 {
		return 1
	}
	return raster.RGB + 1 // colours and opacity
}

// Canvas is the picture of a grid: an *image.Gray, or an opaque *image.NRGBA for colours.
type Canvas struct {
	Grid
	Image draw.Image
	pix   []byte
	// stride is the number of bytes of a row of pix.
	stride int
}

// NewCanvas returns a picture with the labels of g and no images. It returns an error if the
// picture is too large (see Grid.Check).
func NewCanvas(g Grid) (*Canvas, error) {
	if err := g.Check(MaxPixels); err != nil {
		return nil, err
	}
	c := &Canvas{Grid: g}
	bounds := image.Rect(0, 0, g.width(), g.height())
	if g.shape.Channels == 1 {
		img := image.NewGray(bounds)
		c.Image, c.pix, c.stride = img, img.Pix, img.Stride
	} else {
		img := image.NewNRGBA(bounds)
		c.Image, c.pix, c.stride = img, img.Pix, img.Stride
	}
	for i := range c.pix {
		c.pix[i] = Shade
	}
	if g.shape.Channels > 1 {
		for i := raster.RGB; i < len(c.pix); i += raster.RGB + 1 {
			c.pix[i] = 0xff
		}
	}
	c.label(color.White)
	return c, nil
}

// Put draws images from number first on. pixels are the bytes of one image after the other, each as a
// [raster.Image] has them. Put does not keep pixels.
func (c *Canvas) Put(first int, pixels []byte) {
	for i := range len(pixels) / c.shape.Values() {
		cell, pix := c.cell(first+i), pixels[i*c.shape.Values():]
		// A row of an image becomes Scale equal rows of the picture.
		for y := cell.Min.Y; y < cell.Max.Y; y += c.Scale {
			row := c.row(cell.Min.X, y)[:cell.Dx()*c.pixelBytes()]
			c.widen(row, pix)
			pix = pix[c.shape.Width*c.shape.Channels:]
			for below := 1; below < c.Scale; below++ {
				copy(c.row(cell.Min.X, y+below), row)
			}
		}
	}
}

// widen writes the first row of an image's pixels to a row of the picture, each Scale times.
func (c *Canvas) widen(row, pix []byte) {
	channels, step := c.shape.Channels, c.pixelBytes()
	for i := range len(row) / step {
		copy(row[i*step:], pix[i/c.Scale*channels:][:channels])
	}
}

// row returns the bytes of the picture from a point on.
func (c *Canvas) row(x, y int) []byte { return c.pix[y*c.stride+x*c.pixelBytes():] }
