package picture

import (
	"bytes"
	"context"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/dataset/raster"
	"gorgan/model"
)

// picturesOfSize are n grey images of side x side pixels, of classes in turn.
func picturesOfSize(side, n, classes int) *Images {
	c := model.Default()
	c.Height, c.Width, c.Classes = side, side, classes
	return Of(c, SeedsFrom(0, n), nil)
}

// blank is a new Canvas.
func blank(t interface{ Fatal(...any) }, g Grid) *Canvas {
	c, err := NewCanvas(g)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCanvas: three images of 3x2 pixels in grey, at scales 1 and 2, pixel by pixel.
func TestCanvas(t *testing.T) {
	const s = Shade
	pixels := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}
	for scale, want := range map[int][][]byte{
		1: {
			{s, s, s, s, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s},
			{s, s, 1, 2, s, s, 7, 8, s, s},
			{s, s, 3, 4, s, s, 9, 10, s, s},
			{s, s, 5, 6, s, s, 11, 12, s, s},
			{s, s, s, s, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s},
			{s, s, 13, 14, s, s, s, s, s, s},
			{s, s, 15, 16, s, s, s, s, s, s},
			{s, s, 17, 18, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s},
		},
		2: {
			{s, s, s, s, s, s, s, s, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s, s, s, s, s},
			{s, s, 1, 1, 2, 2, s, s, 7, 7, 8, 8, s, s},
			{s, s, 1, 1, 2, 2, s, s, 7, 7, 8, 8, s, s},
			{s, s, 3, 3, 4, 4, s, s, 9, 9, 10, 10, s, s},
			{s, s, 3, 3, 4, 4, s, s, 9, 9, 10, 10, s, s},
			{s, s, 5, 5, 6, 6, s, s, 11, 11, 12, 12, s, s},
			{s, s, 5, 5, 6, 6, s, s, 11, 11, 12, 12, s, s},
			{s, s, s, s, s, s, s, s, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s, s, s, s, s},
			{s, s, 13, 13, 14, 14, s, s, s, s, s, s, s, s},
			{s, s, 13, 13, 14, 14, s, s, s, s, s, s, s, s},
			{s, s, 15, 15, 16, 16, s, s, s, s, s, s, s, s},
			{s, s, 15, 15, 16, 16, s, s, s, s, s, s, s, s},
			{s, s, 17, 17, 18, 18, s, s, s, s, s, s, s, s},
			{s, s, 17, 17, 18, 18, s, s, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s, s, s, s, s},
			{s, s, s, s, s, s, s, s, s, s, s, s, s, s},
		},
	} {
		c := blank(t, Grid{shape: raster.Grey(raster.Size{Height: 3, Width: 2}), rows: 2, cols: 2, Scale: scale, Gap: Gap})
		c.Put(0, pixels[:6])
		c.Put(1, pixels[6:]) // a piece of two
		if got := image.Pt(c.stride, len(c.pix)/c.stride); got != image.Pt(len(want[0]), len(want)) {
			t.Errorf("scale %d: %v pixels, want %dx%d", scale, got, len(want[0]), len(want))
		} else if !bytes.Equal(c.pix, slices.Concat(want...)) {
			t.Errorf("scale %d: the pixels are\n%v, want\n%v", scale, c.pix, want)
		}
	}
}

// TestColourCanvas: an image in colours lies as its three channels would, each on a Canvas of
// its own, whatever the sizes.
func TestColourCanvas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 5)
		g := Grid{shape: raster.Shape{Size: raster.Size{Height: side.Draw(t, "height"), Width: side.Draw(t, "width")}, Channels: raster.RGB},
			rows: side.Draw(t, "rows"), cols: side.Draw(t, "columns"), Scale: side.Draw(t, "scale"), Gap: rapid.IntRange(0, 3).Draw(t, "gap")}
		n := rapid.IntRange(0, g.rows*g.cols).Draw(t, "images") * g.shape.Values()
		pixels := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "pixels")
		colours := blank(t, g)
		colours.Put(0, pixels)
		if !colours.Image.(*image.NRGBA).Opaque() {
			t.Error("the Canvas is not opaque")
		}
		if got := g.Bytes(); got != int64(len(colours.pix)) {
			t.Errorf("it takes %d bytes, and is said to take %d", len(colours.pix), got)
		}
		for channel := range raster.RGB {
			var plane []byte
			for i := channel; i < n; i += raster.RGB {
				plane = append(plane, pixels[i])
			}
			g.shape.Channels = 1
			grey := blank(t, g)
			grey.Put(0, plane)
			for i, want := range grey.pix {
				if got := colours.pix[4*i+channel]; got != want {
					t.Fatalf("channel %d of pixel %d is %d, want %d", channel, i, got, want)
				}
			}
		}
	})
}

// TestSuit: the size of a picture whose scale nobody chose.
func TestSuit(t *testing.T) {
	for _, c := range []struct {
		side, n, classes, form int
		scale, width, height   int
		why                    string
	}{
		{28, 36, 0, MaxPixels, 3, 518, 518, "6 of 84 pixels and 7 gaps"},
		{28, 64, 0, MaxPixels, 3, 690, 690, "at scale 2 it is 466 wide"},
		{28, 1, 0, MaxPixels, 19, 536, 536, "at scale 18 it is 508 wide"},
		{28, 40, 10, MaxPixels, 2, 582, 249, "10 of 56 and 11 gaps; 4 of 56, 5 gaps, and a line of 13 and a gap"},
		{28, 400, 0, MaxPixels, 1, 602, 602, "20 of 28 and 21 gaps"},
		{508, 1, 0, MaxPixels, 1, 512, 512, "the gaps make it wide enough"},
		{507, 1, 0, MaxPixels, 2, 1018, 1018, "at scale 1 it is 511 wide"},
		{3, 128, 128, MaxPixels, 7, 128*23 + 2, 40, "at scale 2 it is wide enough, and 100 has 21 pixels"},
		{32, 32 * 32 * 1024, 0, 1<<16 - 1, 1, 1024*34 + 2, 1024*34 + 2, "check says that it is too large"},
	} {
		p := picturesOfSize(c.side, c.n, c.classes)
		rows, cols := Squarish(c.n, c.classes)
		if g := p.Grid(rows, cols, 0, c.form); g.Scale != c.scale || g.width() != c.width || g.height() != c.height {
			t.Errorf("%d images of %d pixels, %d classes: scale %d, %dx%d, want %d, %dx%d: %s",
				c.n, c.side, c.classes, g.Scale, g.width(), g.height(), c.scale, c.width, c.height, c.why)
		}
	}
	// A JPEG of 1 column and 2000 rows may be 65535 high: 2000 of 32 and 2001 gaps are 68002.
	p := picturesOfSize(10, 2000, 0)
	if g := p.Grid(2000, 1, 0, 1<<16-1); g.Scale != 3 || g.Check(1<<16-1) != nil {
		t.Errorf("scale %d, want 3, as 2000 rows of 32 pixels fit and of 42 do not", g.Scale)
	}
}

func TestSquarish(t *testing.T) {
	for _, c := range []struct{ n, classes, rows, cols int }{
		{1, 0, 1, 1}, {3, 0, 2, 2}, {36, 0, 6, 6}, {40, 0, 6, 7}, {41, 0, 6, 7}, {10000, 0, 100, 100},
		{40, 10, 4, 10}, {36, 3, 6, 6}, {36, 1, 6, 6}, {410, 10, 21, 20}, {10000, 10, 100, 100}, {1, 10, 1, 1}, {3, 10, 1, 3}, {26, 26, 1, 26},
		{1024, 256, 4, 256}, {1024, 1000, 32, 32}, {1000, 65536, 32, 32},
	} {
		if rows, cols := Squarish(c.n, c.classes); rows != c.rows || cols != c.cols {
			t.Errorf("%d images of %d classes: %dx%d, want %dx%d", c.n, c.classes, rows, cols, c.rows, c.cols)
		}
	}
}

// TestGridCheck: no picture is too large for its form, and none of them overflows.
func TestGridCheck(t *testing.T) {
	const jpeg = 1<<16 - 1
	g := func(rows, cols, scale int) Grid {
		return Grid{shape: raster.Grey(raster.Size{Height: 28, Width: 28}), rows: rows, cols: cols, Scale: scale, Gap: Gap}
	}
	for _, c := range []struct {
		Grid
		side int
		want string
	}{
		{g(6, 6, 97), MaxPixels, ""}, // 16310 a side, below 2^14
		{g(6, 6, 98), MaxPixels, "6 rows and 6 columns of images of 28x28 at scale 98 is too large, want at most 268435456 pixels"},
		{g(2184, 1, 1), jpeg, ""}, // 65522 high
		{g(2185, 1, 1), jpeg, "want at most 268435456 pixels, and 65535 a side"},
		{g(1, 2185, 1), jpeg, "and 65535 a side"},
		{g(2185, 1, 1), MaxPixels, ""},
		{g(1, 1, math.MaxInt), MaxPixels, "too large"},
		{g(math.MaxInt32, math.MaxInt32, 1), MaxPixels, "too large"},
		{g(math.MaxInt32, 1, math.MaxInt/28), MaxPixels, "too large"},
	} {
		err := c.Check(c.side)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%dx%d at scale %d: %v, want %q", c.rows, c.cols, c.Scale, err, c.want)
		}
	}
}

// TestPicturesArePieces: more images than are drawn at a time lie where they belong, as
// values too.
func TestPicturesArePieces(t *testing.T) {
	const n = 2*PieceRows + 7
	p := picturesOfSize(1, n, 0)
	p.Config.NoiseDim = 1
	p.Sample = func(noise []float32, _ []uint32) ([]float32, error) { return slices.Clone(noise), nil }
	noise := make([]float32, n)
	for i := range noise {
		noise[i] = float32(i%200) / 255
	}
	p.Noise = noise
	pieces := 0
	values, err := p.Values(t.Context(), func() { pieces++ })
	if err != nil || !slices.Equal(values, noise) || pieces != 3 {
		t.Errorf("%d values in %d pieces, %v", len(values), pieces, err)
	}
	rows, cols := Squarish(n, 0)
	g := p.Grid(rows, cols, 1, MaxPixels)
	img, err := p.Picture(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		at := g.cell(i).Min
		if got := img.(*image.Gray).GrayAt(at.X, at.Y).Y; int(got) != i%200 {
			t.Fatalf("image %d is %d, want %d", i, got, i%200)
		}
	}
	// A run's own picture can be too large too.
	large := g
	large.shape.Size = raster.Size{Height: 4096, Width: 4096}
	if _, err := p.Picture(t.Context(), large); err == nil || !strings.Contains(err.Error(), "is too large") {
		t.Errorf("a grid of images of 4096x4096: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Picture(ctx, g); err != context.Canceled {
		t.Errorf("an interrupted drawing ends with %v", err)
	}
}
