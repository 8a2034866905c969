package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"gorgan/dataset/atomicfile"
)

// flowerFolder makes pictures as people have them: a folder for each of three classes, with 20
// coloured pictures of several sizes each. Those of the class tulip are transparent around the
// flower.
func flowerFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "flowers")
	for class, name := range []string{"daisy", "rose", "tulip"} {
		must(t, os.MkdirAll(filepath.Join(dir, name), 0o777))
		for i := range 20 {
			size := []image.Point{{20, 20}, {30, 20}, {20, 40}}[i%3]
			img := flower(size, class, i)
			encode := func(w io.Writer) error { return jpeg.Encode(w, img, &jpeg.Options{Quality: 95}) }
			ending := "jpg"
			if name == "tulip" {
				encode, ending = func(w io.Writer) error { return png.Encode(w, img) }, "png"
			}
			must(t, atomicfile.WriteUnsynced(filepath.Join(dir, name, fmt.Sprintf("%02d.%s", i, ending)), encode))
		}
	}
	return dir
}

// flower draws a disk of the class's colour. Outside of it the picture is green, and transparent.
func flower(size image.Point, class, nth int) image.Image {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	shade := uint8(3 * nth)
	colours := []color.NRGBA{{250, 190 + shade, 240, 255}, {240, 60 + shade, 120, 255}, {200, 20 + shade, 20, 255}}
	radius := min(size.X, size.Y)/3 + nth%3
	for y := range size.Y {
		for x := range size.X {
			c := color.NRGBA{20, uint8(120 + 5*nth), 40, 0}
			if dx, dy := x-size.X/2, y-size.Y/2; dx*dx+dy*dy < radius*radius {
				c = colours[class]
			} else if class < 2 {
				c.A = 255
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}
