package raster_test

import (
	"bytes"
	"testing"

	"gorgan/dataset/raster"
	"pgregory.net/rapid"
)

func pixels(values ...byte) raster.Image {
	return raster.Image{Shape: raster.Shape{Size: raster.Size{Height: 1, Width: len(values) / 3}, Channels: 3}, Pix: values}
}

// By hand: trunc(255.5 (.2989 r + .5870 g + .1140 b) / 255).
func TestGreyIsTensorFlows(t *testing.T) {
	for _, c := range []struct{ r, g, b, want uint8 }{
		{255, 0, 0, 76},      // 76.369
		{0, 255, 0, 149},     // 149.979
		{0, 0, 255, 29},      // 29.127
		{255, 255, 255, 255}, // 255.474
		{10, 20, 30, 18},     // 18.185
		{100, 150, 200, 141}, // 141.016
		{200, 100, 50, 124},  // 124.423
		{1, 0, 0, 0},         // 0.299
		{254, 1, 128, 91},    // 91.279
	} {
		if got := pixels(c.r, c.g, c.b).Grey(); len(got.Pix) != 1 || got.Channels != 1 || got.Pix[0] != c.want {
			t.Errorf("grey of %d, %d, %d is %v, want %d", c.r, c.g, c.b, got, c.want)
		}
	}
	for v := range 256 {
		if got := pixels(uint8(v), uint8(v), uint8(v)).Grey(); int(got.Pix[0]) != v {
			t.Errorf("grey of grey %d is %v", v, got.Pix)
		}
	}
}

func TestColours(t *testing.T) {
	for _, c := range []struct {
		im             raster.Image
		grey, coloured bool
	}{
		{pixels(1, 1, 1, 9, 9, 9), true, false},
		{pixels(1, 1, 1, 9, 9, 10), false, false},
		{pixels(1, 1, 1, 0, 8, 0), false, false},
		{pixels(1, 1, 1, 0, 9, 0), false, true},
		{raster.New(raster.Grey(raster.Size{Height: 1, Width: 2})), true, false},
	} {
		if c.im.IsGrey() != c.grey || c.im.Coloured() != c.coloured {
			t.Errorf("%v: grey %v, coloured %v", c.im.Pix, c.im.IsGrey(), c.im.Coloured())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		im := noise(t, "image", 9)
		grey := im.Grey()
		if back := grey.RGB().Grey(); back.Shape != grey.Shape || !bytes.Equal(back.Pix, grey.Pix) || !grey.RGB().IsGrey() {
			t.Fatalf("grey %v became %v", grey, back)
		}
	})
}

func TestMirrored(t *testing.T) {
	if got := pixels(1, 2, 3, 4, 5, 6, 7, 8, 9).Mirrored(); !bytes.Equal(got.Pix, []byte{7, 8, 9, 4, 5, 6, 1, 2, 3}) {
		t.Errorf("got %v", got.Pix)
	}
	rapid.Check(t, func(t *rapid.T) {
		im := noise(t, "image", 9)
		if twice := im.Mirrored().Mirrored(); twice.Shape != im.Shape || !bytes.Equal(twice.Pix, im.Pix) {
			t.Fatalf("%v became %v", im, twice)
		}
	})
}
