package imagefile

import (
	"image"
	"image/color"

	"gorgan/dataset/raster"
)

// over lays a value with an alpha on a background: (a v + (255-a) b) / 255, rounded to the nearest.
func over(v, a, b uint8) uint8 {
	return uint8((uint32(v)*uint32(a) + uint32(b)*(255-uint32(a)) + 127) / 255)
}

// flatten copies an image upright and lays it on a background. Of 16 bits, the high 8 are used.
func flatten(img image.Image, background [raster.RGB]uint8, orientation int) flat {
	b := img.Bounds()
	size := upright(raster.Size{Height: b.Dy(), Width: b.Dx()}, orientation)
	switch src := img.(type) {
	case *image.Gray:
		out := flat{raster.New(raster.Grey(size)), 1, false}
		first, column, row := places(out.Shape, orientation)
		for y := range b.Dy() {
			from := src.PixOffset(b.Min.X, b.Min.Y+y)
			for x, v := range src.Pix[from : from+b.Dx()] {
				out.Pix[first+y*row+x*column] = v
			}
		}
		return out
	case *image.Gray16:
		out := flat{raster.New(raster.Grey(size)), 1, false}
		first, column, row := places(out.Shape, orientation)
		for y := range b.Dy() {
			for x := range b.Dx() {
				out.Pix[first+y*row+x*column] = src.Pix[src.PixOffset(b.Min.X+x, b.Min.Y+y)]
			}
		}
		return out
	}
	at, channels := colours(img)
	out := flat{raster.New(raster.Shape{Size: size, Channels: raster.RGB}), channels, false}
	first, column, row := places(out.Shape, orientation)
	for y := range b.Dy() {
		place := first + y*row
		for x := range b.Dx() {
			c := at(b.Min.X+x, b.Min.Y+y)
			if c.A != 255 {
				out.alpha = true
				c.R, c.G, c.B = over(c.R, c.A, background[0]), over(c.G, c.A, background[1]), over(c.B, c.A, background[2])
			}
			to := out.Pix[place : place+raster.RGB]
			to[0], to[1], to[2] = c.R, c.G, c.B
			place += column
		}
	}
	return out
}

// on puts an image in colour on a canvas, which is transparent where the image does not reach.
func (f flat) on(canvas raster.Size, at image.Point, background [raster.RGB]uint8) flat {
	if at == (image.Point{}) && f.Size == canvas {
		return f
	}
	out := flat{raster.New(raster.Shape{Size: canvas, Channels: raster.RGB}), 4, true}
	for k := 0; k < len(out.Pix); k += raster.RGB {
		copy(out.Pix[k:], background[:])
	}
	for y := range f.Height {
		from := f.Pix[y*f.Width*raster.RGB:][:f.Width*raster.RGB]
		copy(out.Pix[((at.Y+y)*canvas.Width+at.X)*raster.RGB:], from)
	}
	return out
}

// colours gives access to an image's colours, not multiplied by their alpha, and says how many
// channels the file has.
func colours(img image.Image) (at func(x, y int) color.NRGBA, channels int) {
	switch src := img.(type) {
	case *image.YCbCr:
		return func(x, y int) color.NRGBA {
			c := src.YCbCrAt(x, y)
			r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
			return color.NRGBA{r, g, b, 255}
		}, 3
	case *image.NYCbCrA:
		return func(x, y int) color.NRGBA {
			c := src.NYCbCrAAt(x, y)
			r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
			return color.NRGBA{r, g, b, c.A}
		}, 4
	case *image.NRGBA:
		return src.NRGBAAt, 4
	case *image.NRGBA64:
		return func(x, y int) color.NRGBA {
			c := src.NRGBA64At(x, y)
			return color.NRGBA{uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8), uint8(c.A >> 8)}
		}, 4
	case *image.RGBA64:
		channels = 3
		if !src.Opaque() {
			channels = 4
		}
		return func(x, y int) color.NRGBA {
			c := src.RGBA64At(x, y)
			return apart(color.RGBA{uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8), uint8(c.A >> 8)})
		}, channels
	case *image.RGBA:
		channels = 3
		if !src.Opaque() {
			channels = 4
		}
		return func(x, y int) color.NRGBA { return apart(src.RGBAAt(x, y)) }, channels
	case *image.Paletted:
		channels = 3
		if !src.Opaque() {
			channels = 4
		}
		palette := make([]color.NRGBA, len(src.Palette))
		for k, c := range src.Palette {
			palette[k] = color.NRGBAModel.Convert(c).(color.NRGBA)
		}
		return func(x, y int) color.NRGBA { return palette[src.ColorIndexAt(x, y)] }, channels
	}
	return func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }, 4
}

// apart divides a colour by its alpha.
func apart(c color.RGBA) color.NRGBA {
	if c.A == 255 {
		return color.NRGBA(c)
	}
	return color.NRGBAModel.Convert(c).(color.NRGBA)
}
