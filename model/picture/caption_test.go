package picture_test

import (
	"image"
	"image/color"
	"testing"

	"gorgan/model/picture"
)

// TestCaption: the picture stays as it is, and a line of text stands below it, whatever its width.
func TestCaption(t *testing.T) {
	for _, width := range []int{1, 33, 200} {
		grey, colours := image.NewGray(image.Rect(0, 0, width, 5)), image.NewNRGBA(image.Rect(0, 0, width, 5))
		for x := range width {
			grey.SetGray(x, 3, color.Gray{Y: uint8(x)})
			colours.SetNRGBA(x, 3, color.NRGBA{uint8(x), 7, 9, 255})
		}
		for _, img := range []image.Image{grey, colours} {
			one, two := picture.Caption(img, "step 1"), picture.Caption(img, "step 2")
			if one.ColorModel() != img.ColorModel() || one.Bounds() != image.Rect(0, 0, width, 5+picture.CaptionHeight) {
				t.Fatalf("a caption makes %T of %v", one, one.Bounds())
			}
			white, other := 0, 0
			for y := range one.Bounds().Dy() {
				for x := range width {
					a := one.At(x, y)
					if y < 5 && a != img.At(x, y) {
						t.Errorf("pixel (%d,%d) is %v, want %v", x, y, a, img.At(x, y))
					}
					switch v, _, _, _ := a.RGBA(); {
					case y < 5:
					case v == 0xffff:
						white++
					case v != picture.Shade*0x101:
						t.Errorf("pixel (%d,%d) is %v", x, y, a)
					}
					if a != two.At(x, y) {
						other++
					}
				}
			}
			if (white > 0) != (width > 1) || (other > 20) != (width == 200) { // of "step 1" a narrow one has the s
				t.Errorf("width %d: %d white pixels, %d of another step", width, white, other)
			}
		}
	}
}
