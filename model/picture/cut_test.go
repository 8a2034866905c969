package picture

import (
	"bytes"
	"image"
	"testing"

	"gorgan/dataset/raster"
)

// TestCut: the images of a picture are those that were drawn on it, with labels and gaps and at any
// scale.
func TestCut(t *testing.T) {
	for _, channels := range []int{1, raster.RGB} {
		for scale := 1; scale <= 3; scale++ {
			g := of(raster.Shape{Size: raster.Size{Height: 13, Width: 9}, Channels: channels}, 2, 3)
			g.Scale, g.over = scale, []string{"a", "b", "c"}
			c, err := NewCanvas(g)
			if err != nil {
				t.Fatal(err)
			}
			want := make([]byte, 6*g.shape.Values())
			for i := range want {
				want[i] = byte(i * 7)
			}
			c.Put(0, want)
			for i := range 6 {
				got, err := g.Cut(c.Image, i)
				if err != nil || !bytes.Equal(got, want[i*g.shape.Values():][:g.shape.Values()]) {
					t.Errorf("%d channels at scale %d: image %d differs, %v", channels, scale, i, err)
				}
			}
			if _, err := g.Cut(c.Image, 6); err == nil {
				t.Error("there is no seventh image")
			}
			if _, err := g.Cut(image.NewGray(image.Rect(0, 0, 9, 9)), 0); err == nil {
				t.Error("the picture has another size")
			}
		}
	}
}
