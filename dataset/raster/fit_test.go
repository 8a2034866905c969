package raster_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"gorgan/dataset/raster"
	"pgregory.net/rapid"
)

func noise(t *rapid.T, label string, most int) raster.Image {
	side := rapid.IntRange(1, most)
	s := raster.Shape{Size: raster.Size{Height: side.Draw(t, label+" height"), Width: side.Draw(t, label+" width")}, Channels: rapid.SampledFrom([]int{1, 3}).Draw(t, label+" channels")}
	im := raster.New(s)
	state := rapid.Uint32().Draw(t, label+" seed")
	for k := range im.Pix {
		state = state*1664525 + 1013904223
		im.Pix[k] = byte(state >> 24)
	}
	return im
}

func draw(t *rapid.T) (raster.Image, raster.Size, raster.Fit) {
	side := rapid.IntRange(1, 40)
	return noise(t, "image", 150), raster.Size{Height: side.Draw(t, "height"), Width: side.Draw(t, "width")},
		raster.Fit(rapid.SampledFrom(raster.Fits()).Draw(t, "fit"))
}

func TestParseFit(t *testing.T) {
	for _, name := range raster.Fits() {
		if fit, err := raster.ParseFit(name); string(fit) != name || err != nil {
			t.Errorf("%s: got %q, %v", name, fit, err)
		}
	}
	if _, err := raster.ParseFit("squeeze"); err == nil || err.Error() != `fit is "squeeze", want one of crop, pad, stretch: bad format` {
		t.Errorf("got %v", err)
	}
}

func TestFitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im, size, fit := draw(t)
		out := im.To(size, fit, [3]uint8{1, 2, 3})
		if out.Size != size || out.Channels != im.Channels || len(out.Pix) != out.Values() {
			t.Fatalf("%v by %s to %v: got %v, %d bytes", im.Shape, fit, size, out.Shape, len(out.Pix))
		}
		if same := im.To(im.Size, fit, [3]uint8{}); !bytes.Equal(same.Pix, im.Pix) {
			t.Fatal("an image of the size was changed")
		}
		flat := raster.New(im.Shape)
		for k := range flat.Pix {
			flat.Pix[k] = [3]byte{200, 7, 255}[k%im.Channels]
		}
		background := [3]uint8{200, 7, 255}
		if im.Channels == 1 {
			background = [3]uint8{200, 200, 200}
		}
		for k, v := range flat.To(size, fit, background).Pix {
			if v != flat.Pix[k%im.Channels] {
				t.Fatalf("a flat image has %d at %d after %s to %v", v, k, fit, size)
			}
		}
	})
}

// TestScaleIsTheFilter compares with the same filter in float64 over all pixels. Averaging in boxes
// first costs a few levels at the edges of hard noise, and nothing where no boxes are used.
func TestScaleIsTheFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im, size, _ := draw(t)
		got, want := im.To(size, raster.Stretch, [3]uint8{}), reference(im, size)
		boxed := im.Height >= 8*size.Height || im.Width >= 8*size.Width
		most, sum := 0.0, 0.0
		for k, v := range got.Pix {
			away := math.Abs(float64(v) - min(max(want[k], 0), 255))
			most, sum = max(most, away), sum+away
		}
		mean := sum / float64(len(got.Pix))
		const many = 32 // values, of which the average means something
		if !boxed && most > 0.75 || boxed && (most > 16 || mean > 3 && len(got.Pix) >= many) {
			t.Fatalf("%v to %v: apart by %.2f at most, %.2f on average", im.Shape, size, most, mean)
		}
	})
}

// TestScaleSmooth: on what photos are made of, slow changes and detail, boxes cost less than a level.
func TestScaleSmooth(t *testing.T) {
	im := raster.New(raster.Shape{Size: raster.Size{Height: 450, Width: 601}, Channels: 3})
	state := uint32(1)
	for y := range im.Height {
		for x := range im.Width {
			for c := range 3 {
				state = state*1664525 + 1013904223
				v := 128 + 70*math.Sin(float64(x+9*c)/37)*math.Cos(float64(y)/23) + float64(state>>27)
				im.Pix[(y*im.Width+x)*3+c] = byte(v)
			}
		}
	}
	for _, side := range []int{8, 16, 32, 64} {
		size := raster.Size{Height: side, Width: side}
		got, want := im.To(size, raster.Stretch, [3]uint8{}), reference(im, size)
		most, sum := 0.0, 0.0
		for k, v := range got.Pix {
			away := math.Abs(float64(v) - want[k])
			most, sum = max(most, away), sum+away
		}
		if mean := sum / float64(len(got.Pix)); most > 2 || mean > 0.5 {
			t.Errorf("side %d: apart by %.2f at most, %.2f on average", side, most, mean)
		}
	}
}

// reference scales with the filter of Catmull and Rom in float64, in one pass over all pixels.
func reference(im raster.Image, size raster.Size) []float64 {
	weigh := func(from, to, i int) []float64 {
		scale := float64(from) / float64(to)
		wide, sum := max(scale, 1), 0.0
		w := make([]float64, from)
		for k := range w {
			d := math.Abs((float64(k) + 0.5 - (float64(i)+0.5)*scale) / wide)
			switch {
			case d < 1:
				w[k] = 1.5*d*d*d - 2.5*d*d + 1
			case d < 2:
				w[k] = -0.5*d*d*d + 2.5*d*d - 4*d + 2
			}
			sum += w[k]
		}
		for k := range w {
			w[k] /= sum
		}
		return w
	}
	across := make([][]float64, size.Width)
	for x := range across {
		across[x] = weigh(im.Width, size.Width, x)
	}
	out := make([]float64, size.Area()*im.Channels)
	for y := range size.Height {
		row := make([]float64, im.Width*im.Channels)
		for k, w := range weigh(im.Height, size.Height, y) {
			for i := range row {
				row[i] += w * float64(im.Pix[k*len(row)+i])
			}
		}
		for x := range size.Width {
			for c := range im.Channels {
				for k, w := range across[x] {
					out[(y*size.Width+x)*im.Channels+c] += w * row[k*im.Channels+c]
				}
			}
		}
	}
	return out
}

// TestMean: an image made smaller keeps its mean.
func TestMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im := noise(t, "image", 200)
		size := raster.Size{Height: max(1, im.Height/rapid.IntRange(1, 50).Draw(t, "by")), Width: max(1, im.Width/rapid.IntRange(1, 50).Draw(t, "by"))}
		for k := range im.Pix { // away from 0 and 255, where overshoots are cut
			im.Pix[k] = 100 + im.Pix[k]/8
		}
		mean := func(p []byte) float64 {
			sum := 0
			for _, v := range p {
				sum += int(v)
			}
			return float64(sum) / float64(len(p))
		}
		if a, b := mean(im.Pix), mean(im.To(size, raster.Stretch, [3]uint8{}).Pix); math.Abs(a-b) > 6 {
			t.Fatalf("mean %.2f became %.2f, %v to %v", a, b, im.Shape, size)
		}
	})
}

// ramp is an image whose pixels are their row and column.
func ramp(height, width int) raster.Image {
	im := raster.New(raster.Shape{Size: raster.Size{Height: height, Width: width}, Channels: 3})
	for k := range height * width {
		im.Pix[3*k], im.Pix[3*k+1], im.Pix[3*k+2] = byte(k/width), byte(k%width), 9
	}
	return im
}

func TestCropIsCentred(t *testing.T) {
	for _, c := range []struct{ height, width, side, top, left int }{
		{28, 40, 28, 0, 6}, {41, 28, 28, 6, 0}, {28, 29, 28, 0, 0}, {30, 28, 28, 1, 0},
	} {
		out := ramp(c.height, c.width).To(raster.Size{Height: c.side, Width: c.side}, raster.Crop, [3]uint8{})
		first, last := out.Pix[:3], out.Pix[len(out.Pix)-3:]
		if !slices.Equal(first, []byte{byte(c.top), byte(c.left), 9}) || !slices.Equal(last, []byte{byte(c.top + c.side - 1), byte(c.left + c.side - 1), 9}) {
			t.Errorf("%dx%d: corners %v and %v, want from %d, %d", c.height, c.width, first, last, c.top, c.left)
		}
	}
	// Cut to 90x90 and made smaller by 3: every pixel is the middle of nine.
	out := ramp(90, 150).To(raster.Size{Height: 30, Width: 30}, raster.Crop, [3]uint8{})
	for k := 5 * 30; k < 25*30; k++ {
		if x := k % 30; x >= 5 && x < 25 && (int(out.Pix[3*k]) != k/30*3+1 || int(out.Pix[3*k+1]) != 31+3*x) {
			t.Fatalf("pixel %d is %v", k, out.Pix[3*k:3*k+3])
		}
	}
}

// TestCropInTheMiddle: a picture and its mirror image are cut alike, where pixels are computed.
func TestCropInTheMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im := noise(t, "image", 60)
		size := raster.Size{Height: max(1, im.Height/3), Width: max(1, im.Width/2)}
		if rapid.Bool().Draw(t, "tall") {
			size.Width = max(1, im.Width/5)
		}
		if im.Height == size.Height || im.Width == size.Width {
			t.Skip("nothing is scaled")
		}
		a := im.To(size, raster.Crop, [3]uint8{}).Mirrored()
		b := im.Mirrored().To(size, raster.Crop, [3]uint8{})
		for k, v := range a.Pix {
			if d := int(v) - int(b.Pix[k]); d > 1 || d < -1 {
				t.Fatalf("%v to %v: pixel %d is %d, or %d of the mirror image", im.Shape, size, k, v, b.Pix[k])
			}
		}
	})
}

func TestPad(t *testing.T) {
	out := ramp(10, 20).To(raster.Size{Height: 21, Width: 20}, raster.Pad, [3]uint8{255, 1, 2})
	for y := range 21 {
		p := out.Pix[(y*20+3)*3:][:3]
		want := []byte{255, 1, 2}
		if y >= 5 && y < 15 {
			want = []byte{byte(y - 5), 3, 9}
		}
		if !slices.Equal(p, want) {
			t.Errorf("row %d: got %v, want %v", y, p, want)
		}
	}
	grey := raster.New(raster.Grey(raster.Size{Height: 1, Width: 2})).To(raster.Size{Height: 3, Width: 2}, raster.Pad, [3]uint8{255, 0, 0})
	if want := []byte{76, 76, 0, 0, 76, 76}; !slices.Equal(grey.Pix, want) {
		t.Errorf("got %v, want %v", grey.Pix, want)
	}
}
