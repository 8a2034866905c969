package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/array"
	"gorgan/dataset/raster"
	"gorgan/model"
	"gorgan/model/picture"
)

// TestColours: the pictures of a stacked model are its array's values as red, green and blue, pixel
// by pixel; those of the data are the set's images, three at a time.
func TestColours(t *testing.T) {
	const side, pixels = 7, 49
	list, dir := tinyList(t), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	gorgan := func(command string, args ...string) {
		t.Helper()
		all := append(append([]string{"gorgan"}, strings.Fields(command)...), args...)
		if code := execute(context.Background(), all, io.Discard, io.Discard); code != 0 {
			t.Fatalf("%v ended with %d", all, code)
		}
	}
	gorgan("train --stack 3 --steps 2 "+strings.Replace(small, "--batch-size 16", "--batch-size 12", 1)+" --data", list, "--out", at("run"))
	draw := "generate --device cpu --seeds 5,0,36 --model"
	gorgan(draw, at("run"), "--out", at("images.npy"))
	gorgan(draw, at("run"), "--grid", "2x2", "--scale", "1", "--out", at("grid.png"))
	gorgan(draw, at("run"), "--out", at("each"))

	images, err := array.ReadNpy(at("images.npy"))
	if err != nil || !slices.Equal(images.Dims, []int{3, side, side, 3}) {
		t.Fatalf("the array is %v, %v, want (3,%d,%d,3)", images.Dims, err, side, side)
	}
	drawn := model.Quantize(images.Values)
	// place is where image i lies on a picture with so many columns at a scale.
	place := func(i, cols, scale int) image.Point {
		pitch := side*scale + picture.Gap
		return image.Pt(picture.Gap+i%cols*pitch, picture.Gap+i/cols*pitch)
	}
	grid := decodePNG(t, at("grid.png"))
	for i := range 3 {
		compareColours(t, grid, place(i, 2, 1), 1, side, drawn[i*3*pixels:])
		one := decodePNG(t, at(fmt.Sprintf("each/seed%04d.png", []int{5, 0, 36}[i])))
		compareColours(t, one, image.Point{}, 1, side, drawn[i*3*pixels:])
	}
	compareColours(t, grid, place(3, 2, 1), 1, side, bytes.Repeat([]byte{picture.Shade}, 3*pixels)) // no image

	set, _, err := dataset.Open(t.Context(), list, dataset.Options{Size: raster.Size{Height: side, Width: side}})
	if err != nil {
		t.Fatal(err)
	}
	// 40 images are 13 stacks, in four columns: 4*7*18 and 5 gaps are 514 pixels, the least above 512.
	reals := decodePNG(t, at("run/reals.png"))
	if want := image.Rect(0, 0, 514, 514); reals.Bounds() != want {
		t.Errorf("the picture of the data is %v, want %v", reals.Bounds(), want)
	}
	for i := range 13 {
		var stack []byte
		for j := range pixels {
			for channel := range 3 {
				stack = append(stack, set.Bytes()[(i*3+channel)*pixels+j])
			}
		}
		compareColours(t, reals, place(i, 4, 18), 18, side, stack)
	}
	// Six columns of 7*12 pixels and 7 gaps.
	if fakes := decodePNG(t, at("run/fakes_000002.png")); fakes.Bounds() != image.Rect(0, 0, 518, 518) {
		t.Errorf("the picture of what is drawn is %v", fakes.Bounds())
	} else {
		compareColours(t, fakes, place(5, 6, 12), 12, side, drawn[:3*pixels]) // seed 5
	}
}

func decodePNG(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// compareColours holds a square of an image against pixels of red, green and blue, each of which is
// scale pixels wide and high.
func compareColours(t *testing.T, img image.Image, at image.Point, scale, side int, pixels []byte) {
	t.Helper()
	for y := range side * scale {
		for x := range side * scale {
			i := 3 * (y/scale*side + x/scale)
			want := color.NRGBA{pixels[i], pixels[i+1], pixels[i+2], 255}
			if got := color.NRGBAModel.Convert(img.At(at.X+x, at.Y+y)); got != want {
				t.Fatalf("pixel %d,%d of the image at %v is %v, want %v", x, y, at, got, want)
			}
		}
	}
}
