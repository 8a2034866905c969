package picture

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// captionScale is the width of a dot of a caption's letters, in pixels.
const captionScale = 2

// CaptionHeight is the height of a caption, in pixels.
const CaptionHeight = captionScale * (textHeight + 2*Gap)

// Caption returns img with a line of text below it, in a strip of the grey between images. The image is an
// *image.Gray if img is one, else an *image.NRGBA. Text that is too long is cut. Its letters are those of
// ASCII.
func Caption(img image.Image, text string) image.Image {
	size := img.Bounds().Size()
	area := image.Rect(0, 0, size.X, size.Y+CaptionHeight)
	var dst draw.Image = image.NewNRGBA(area)
	if _, grey := img.(*image.Gray); grey {
		dst = image.NewGray(area)
	}
	draw.Draw(dst, area, img, img.Bounds().Min, draw.Src)

	strip := image.NewGray(image.Rect(0, 0, (size.X+captionScale-1)/captionScale, CaptionHeight/captionScale))
	draw.Draw(strip, strip.Rect, image.NewUniform(color.Gray{Y: Shade}), image.Point{}, draw.Src)
	d := font.Drawer{Dst: strip, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(2*Gap, Gap+basicfont.Face7x13.Ascent)}
	d.DrawString(text)
	for y := range CaptionHeight {
		for x := range size.X {
			dst.Set(x, size.Y+y, strip.GrayAt(x/captionScale, y/captionScale))
		}
	}
	return dst
}
