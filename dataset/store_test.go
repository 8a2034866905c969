package dataset_test

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"pgregory.net/rapid"
)

// drawImages draws images of a size in RGB: exactly grey, nearly grey or coloured.
func drawImages(t *rapid.T, size raster.Size) []raster.Image {
	shape := raster.Shape{Size: size, Channels: raster.RGB}
	images := make([]raster.Image, rapid.IntRange(1, 24).Draw(t, "images"))
	most := rapid.SampledFrom([]byte{0, 8, 9}).Draw(t, "most") // 8 is nearly grey
	for i := range images {
		images[i] = raster.New(shape)
		apart := min(most, rapid.SampledFrom([]byte{0, 0, 8, 9}).Draw(t, "apart"))
		for k := range size.Area() {
			v := rapid.Byte().Draw(t, "grey")
			p := images[i].Pix[raster.RGB*k:][:raster.RGB]
			p[0], p[1], p[2] = v, v, v
			if k == 0 {
				p[1] = max(v, apart) - apart // v or less
				p[0], p[2] = p[1]+apart, p[1]+apart/2
			}
		}
	}
	return images
}

// expected is the set of these images, by the rule: grey if no image is visibly coloured.
func expected(t *rapid.T, images []raster.Image, labels []int, o dataset.Options) *dataset.Set {
	channels := o.Channels
	if channels == 0 {
		channels = 1
	}
	for i, im := range images {
		if o.Size != (raster.Size{}) {
			images[i] = im.To(o.Size, o.Fit, o.Background)
			// A grey image is scaled in one channel. That gives the same values.
		}
		if o.Channels == 0 && images[i].Coloured() {
			channels = raster.RGB
		}
	}
	var pixels []byte
	for _, im := range images {
		if channels == 1 {
			im = im.Grey()
		}
		pixels = append(pixels, im.Pix...)
	}
	s, err := dataset.FromPixels("expected", raster.Shape{Size: images[0].Size, Channels: channels}, pixels, labels)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSetsAreTheSameInMemoryOrNot: a set has the same images, labels and fingerprint whether its
// pixels are kept, are not kept, or are dropped when colours turn out to need more memory, from
// a list and from an array, with bad images left out or without.
func TestSetsAreTheSameInMemoryOrNot(t *testing.T) {
	root := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		dir := filepath.Join(root, fmt.Sprint(runs))
		defer os.RemoveAll(dir)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		size := raster.Size{Height: 2, Width: 3}
		images := drawImages(t, size)
		o := dataset.Options{
			Channels: rapid.SampledFrom([]int{0, 1, raster.RGB}).Draw(t, "channels"),
			Fit:      rapid.SampledFrom([]raster.Fit{raster.Crop, raster.Pad, raster.Stretch}).Draw(t, "fit"),
			Readers:  rapid.IntRange(1, 3).Draw(t, "readers"),
			Cache:    rapid.SampledFrom([]int64{0, -1, int64(len(images) * 6), int64(len(images)*18 - 1)}).Draw(t, "cache"),
		}
		if rapid.Bool().Draw(t, "scaled") {
			o.Size = raster.Size{Height: 3, Width: 2}
		}
		raw := npyOf(images)
		var list strings.Builder
		var labels []int
		skipped := 0
		for i, im := range images {
			if skipped < len(images)/10 && rapid.Bool().Draw(t, "bad") {
				skipped++
				list.WriteString("gone.png 3\n")
			}
			name := fmt.Sprintf("%d.png", i)
			if err := os.WriteFile(filepath.Join(dir, name), pngOf(im), 0o666); err != nil {
				t.Fatal(err)
			}
			label := rapid.IntRange(-1, 3).Draw(t, "label")
			if labels = append(labels, label); label < 0 {
				fmt.Fprintf(&list, "%s\n", name)
			} else {
				fmt.Fprintf(&list, "%s %d\n", name, label)
			}
		}
		src := filepath.Join(dir, "list.txt")
		if err := os.WriteFile(src, []byte(list.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		want := expected(t, images, labels, o)
		o.Skip = skipped > 0
		sameAs(t, src, o, want)

		array := filepath.Join(dir, "array.npy")
		if err := os.WriteFile(array, raw, 0o666); err != nil {
			t.Fatal(err)
		}
		for i := range labels {
			labels[i] = -1
		}
		unlabelled, err := dataset.FromPixels("expected", want.Shape(), want.Bytes(), labels)
		if err != nil {
			t.Fatal(err)
		}
		sameAs(t, array, o, unlabelled)
	})
}

// sameAs opens a source and compares the set.
func sameAs(t *rapid.T, src string, o dataset.Options, want *dataset.Set) {
	got, r, err := dataset.Open(t.Context(), src, o)
	if err != nil || r.Err() != nil {
		t.Fatal(err, r.Err())
	}
	if got.Shape() != want.Shape() || r.Shape != want.Shape() || r.Images != want.Len() {
		t.Fatalf("%s: shape %v, reported %v with %d images, want %v with %d", src, got.Shape(), r.Shape, r.Images, want.Shape(), want.Len())
	}
	p := make([]byte, want.Shape().Values())
	for i := range want.Len() {
		if err := got.Read(p, i); err != nil {
			t.Fatal(err)
		}
		if w := want.Bytes()[i*len(p):][:len(p)]; string(p) != string(w) || got.Label(i) != want.Label(i) {
			t.Fatalf("%s: image %d is %v with label %d, want %v with %d", src, i, p, got.Label(i), w, want.Label(i))
		}
	}
	if got.Fingerprint() != want.Fingerprint() {
		t.Fatalf("%s: fingerprint is %.12s, want %.12s", src, got.Fingerprint(), want.Fingerprint())
	}
	if fits := o.Cache == 0 || o.Cache >= int64(want.Len()*want.Shape().Values()); r.Cached != (got.Bytes() != nil) || r.Cached && !fits {
		t.Fatalf("%s: kept %v, reported %v, fits %v", src, got.Bytes() != nil, r.Cached, fits)
	}
}

// pngOf is an image as a PNG in colour.
func pngOf(im raster.Image) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, im.Width, im.Height))
	for k := range im.Area() {
		p := im.Pix[raster.RGB*k:]
		img.SetNRGBA(k%im.Width, k/im.Width, color.NRGBA{p[0], p[1], p[2], 255})
	}
	return encodedPNG(img)
}

// npyOf is images in colour as one array.
func npyOf(images []raster.Image) []byte {
	b := npyClaim(fmt.Sprintf("(%d, %d, %d, 3)", len(images), images[0].Height, images[0].Width), 0)
	for _, im := range images {
		b = append(b, im.Pix...)
	}
	return b
}
