package imagefile_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"gorgan/dataset/imagefile"
	"gorgan/dataset/raster"
	"pgregory.net/rapid"
)

func square(side int) raster.Size { return raster.Size{Height: side, Width: side} }

// TestSmaller: a JPEG decoded at a fraction of its size is the whole image made smaller.
func TestSmaller(t *testing.T) {
	for _, name := range []string{
		"444", "422", "420", "440", "411", "410", "420_optimized", "420_restart", "444_restart", "420_rough", "grey", "grey_restart", "equal", "exif1", "exif5",
	} {
		file := read(t, filepath.Join("testdata/golden", name+".jpg"))
		whole := decode(t, file, imagefile.Options{})
		for least, by := range map[int]int{3: 8, 6: 4, 12: 2, 13: 1} {
			if by == 2 && (name == "411" || name == "410") {
				continue // its channels are too far apart
			}
			got := decode(t, file, imagefile.Options{Least: square(least)})
			if got.Stored != whole.Size || got.Height*by != whole.Height || got.Width*by != whole.Width || got.Channels != whole.Channels {
				t.Errorf("%s, least %d: got %v of %v, want 1/%d of %v", name, least, got.Shape, got.Stored, by, whole.Shape)
				continue
			}
			if n := furthest(got.Pix, whole.To(got.Size, raster.Stretch, [3]uint8{}).Pix); n > 6 {
				t.Errorf("%s, least %d: apart by %d from the whole image made smaller", name, least, n)
			}
		}
	}
	// What is left to the whole decoder.
	for _, name := range []string{"420_progressive", "rgb", "cmyk", "cmyk_magick"} {
		file := read(t, filepath.Join("testdata/golden", name+".jpg"))
		whole, got := decode(t, file, imagefile.Options{}), decode(t, file, imagefile.Options{Least: square(3)})
		if got.Size != whole.Size || !bytes.Equal(got.Pix, whole.Pix) {
			t.Errorf("%s: got %v", name, got.Shape)
		}
	}
	odd := decode(t, read(t, "testdata/golden/420_odd.jpg"), imagefile.Options{Least: square(2)})
	if odd.Size != (raster.Size{Height: 6, Width: 10}) || odd.Stored != (raster.Size{Height: 23, Width: 37}) {
		t.Errorf("odd: got %v of %v", odd.Size, odd.Stored)
	}
}

// TestBlockMeans: at an eighth, a pixel is the mean of its block, for any picture. Where the whole
// image is cut off at 0 or 255, its blocks have other means.
func TestBlockMeans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for k := range img.Pix {
		img.Pix[k] = byte(90 + r.IntN(70))
	}
	file := encodedJPEG(t, img)
	whole := decode(t, file, imagefile.Options{})
	got := decode(t, file, imagefile.Options{Least: square(3)})
	if got.Size != (raster.Size{Height: 6, Width: 8}) {
		t.Fatalf("got %v", got.Size)
	}
	for k, v := range got.Pix {
		sum := 0
		for y := range 8 {
			for x := range 8 {
				sum += int(whole.Pix[(k/8*8+y)*64+k%8*8+x])
			}
		}
		if mean := float64(sum) / 64; math.Abs(mean-float64(v)) > 0.75 {
			t.Errorf("block %d is %d, its mean is %.2f", k, v, mean)
		}
	}
}

// TestSmallerIsAsStrict: damage is an error, or is none, at any scale alike.
func TestSmallerIsAsStrict(t *testing.T) {
	files := [][]byte{}
	for _, name := range []string{"444", "420", "420_restart", "411", "grey", "422"} {
		files = append(files, read(t, filepath.Join("testdata/golden", name+".jpg")))
	}
	for _, whole := range files {
		for n := 8; n < len(whole); n += 3 {
			if _, err := imagefile.Decode(t.Context(), whole[:n], imagefile.Options{Least: square(3)}); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
			}
		}
	}
	for _, whole := range files { // its end marker, but not all of its bits
		for n := 1; n < 40; n++ {
			alike(t, append(bytes.Clone(whole[:len(whole)-2-n]), 0xff, 0xd9))
			alike(t, append(bytes.Clone(whole[:len(whole)-2]), append(make([]byte, n-1), 0xff, 0xd9)...))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		file := bytes.Clone(rapid.SampledFrom(files).Draw(t, "file"))
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			file[rapid.IntRange(2, len(file)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		alike(t, file)
	})
}

// alike fails if a file decodes at its full size only, or at a smaller one only.
func alike(t interface {
	Fatalf(string, ...any)
}, file []byte) {
	_, whole := imagefile.Decode(context.Background(), file, imagefile.Options{})
	_, small := imagefile.Decode(context.Background(), file, imagefile.Options{Least: square(1)})
	if (whole == nil) != (small == nil) {
		t.Fatalf("whole: %v; smaller: %v", whole, small)
	}
}

func FuzzSmallerJPEG(f *testing.F) {
	for _, name := range []string{"444", "420", "420_restart", "411", "grey", "420_progressive"} {
		f.Add(read(f, filepath.Join("testdata/golden", name+".jpg")))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := jpeg.DecodeConfig(bytes.NewReader(file)); err == nil {
			alike(t, file)
		}
	})
}
