package imagefile_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/imagefile"
	"gorgan/dataset/raster"
)

// background is what scripts/imagefile_golden.py lays under its images.
var background = [3]uint8{200, 30, 90}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// goldens are the files that other programs wrote.
func goldens(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/golden/*")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, path := range all {
		if e := filepath.Ext(path); e != ".ppm" && e != ".pgm" {
			paths = append(paths, path)
		}
	}
	if len(paths) < 100 {
		t.Fatalf("%d files in testdata/golden, want 100 at least", len(paths))
	}
	return paths
}

// right returns the pixels that a golden file holds.
func right(t testing.TB, path string) raster.Image {
	t.Helper()
	channels := 1
	data, err := os.ReadFile(path + ".pgm")
	if err != nil {
		channels, data = 3, read(t, path+".ppm")
	}
	line, pix, _ := bytes.Cut(data, []byte(" 255\n"))
	var kind, width, height int
	if _, err := fmt.Sscanf(string(line), "P%d %d %d", &kind, &width, &height); err != nil {
		t.Fatal(err)
	}
	return raster.Image{Shape: raster.Shape{Size: raster.Size{Height: height, Width: width}, Channels: channels}, Pix: pix}
}

// TestGolden: files of other programs have the pixels that these programs see. JPEG and WebP with loss
// may differ a little, because the finer points of their transforms are free.
func TestGolden(t *testing.T) {
	for _, path := range goldens(t) {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			want := right(t, path)
			got, err := imagefile.Decode(t.Context(), read(t, path), imagefile.Options{Background: background})
			if err != nil {
				t.Fatal(err)
			}
			if got.Shape != want.Shape || got.Stored != want.Size {
				t.Fatalf("got %v of %v, want %v", got.Shape, got.Stored, want.Shape)
			}
			most := 0
			switch {
			case strings.HasSuffix(name, ".jpg"):
				most = 8
			case strings.HasPrefix(name, "lossy"), name == "exif8.webp":
				most = 14
			}
			if n := furthest(got.Pix, want.Pix); n > most {
				t.Errorf("pixels are apart by %d, want at most %d", n, most)
			}
			info, err := imagefile.Inspect(read(t, path))
			if err != nil || info.Size != got.Stored || info.Format != got.Format || info.Bytes < int64(got.Values()) {
				t.Errorf("Inspect says %+v, %v of %s %v", info, err, got.Format, got.Shape)
			}
		})
	}
}

// furthest is the largest difference between two rows of pixels.
func furthest(a, b []byte) int {
	most := 0
	for k := range a {
		most = max(most, int(a[k])-int(b[k]), int(b[k])-int(a[k]))
	}
	return most
}

// TestFacts: what an image is told about beside its pixels.
func TestFacts(t *testing.T) {
	for name, want := range map[string]imagefile.Image{
		"grey8.png":           {Format: "PNG", FileChannels: 1, Frames: 1},
		"grey8_key.png":       {Format: "PNG", FileChannels: 4, Frames: 1, Alpha: true},
		"rgb16.png":           {Format: "PNG", FileChannels: 3, Frames: 1},
		"palette4.png":        {Format: "PNG", FileChannels: 3, Frames: 1},
		"palette4_alpha.png":  {Format: "PNG", FileChannels: 4, Frames: 1, Alpha: true},
		"greyalpha16_i.png":   {Format: "PNG", FileChannels: 4, Frames: 1, Alpha: true},
		"exif3.png":           {Format: "PNG", FileChannels: 4, Frames: 1, Alpha: true, Turned: true},
		"frames2.png":         {Format: "PNG", FileChannels: 4, Frames: 2, Alpha: true},
		"grey.jpg":            {Format: "JPEG", FileChannels: 1, Frames: 1},
		"420.jpg":             {Format: "JPEG", FileChannels: 3, Frames: 1},
		"equal.jpg":           {Format: "JPEG", FileChannels: 3, Frames: 1},
		"cmyk.jpg":            {Format: "JPEG", FileChannels: 4, Frames: 1},
		"exif1.jpg":           {Format: "JPEG", FileChannels: 1, Frames: 1},
		"exif2.jpg":           {Format: "JPEG", FileChannels: 1, Frames: 1, Turned: true},
		"exif8.jpg":           {Format: "JPEG", FileChannels: 1, Frames: 1, Turned: true},
		"palette.gif":         {Format: "GIF", FileChannels: 3, Frames: 1},
		"clear.gif":           {Format: "GIF", FileChannels: 4, Frames: 1, Alpha: true},
		"canvas.gif":          {Format: "GIF", FileChannels: 4, Frames: 1, Alpha: true},
		"frames3.gif":         {Format: "GIF", FileChannels: 3, Frames: 3},
		"rgb.bmp":             {Format: "BMP", FileChannels: 3, Frames: 1},
		"rgba.bmp":            {Format: "BMP", FileChannels: 4, Frames: 1, Alpha: true},
		"grey.tif":            {Format: "TIFF", FileChannels: 1, Frames: 1},
		"pages3.tif":          {Format: "TIFF", FileChannels: 3, Frames: 3},
		"exif6.tif":           {Format: "TIFF", FileChannels: 3, Frames: 1, Turned: true},
		"lossy.webp":          {Format: "WebP", FileChannels: 3, Frames: 1},
		"lossless_alpha.webp": {Format: "WebP", FileChannels: 4, Frames: 1, Alpha: true},
		"exif8.webp":          {Format: "WebP", FileChannels: 3, Frames: 1, Turned: true},
		"frames2.webp":        {Format: "WebP", FileChannels: 4, Frames: 2, Alpha: true},
		"420_progressive.jpg": {Format: "JPEG", FileChannels: 3, Frames: 1},
	} {
		got, err := imagefile.Decode(t.Context(), read(t, filepath.Join("testdata/golden", name)), imagefile.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got.Image, got.Stored = raster.Image{}, raster.Size{}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}
