package evaluate

import (
	"slices"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels"
)

func TestMove(t *testing.T) {
	src, shape := []float32{1, 2, 3, 4, 5, 6}, raster.Grey(raster.Size{Height: 2, Width: 3})
	for _, c := range []struct {
		down, across int
		want         []float32
	}{
		{0, 0, []float32{1, 2, 3, 4, 5, 6}},
		{1, 0, []float32{1, 2, 3, 1, 2, 3}},
		{-1, 0, []float32{4, 5, 6, 4, 5, 6}},
		{0, 1, []float32{1, 1, 2, 4, 4, 5}},
		{0, -2, []float32{3, 3, 3, 6, 6, 6}},
		{1, -1, []float32{2, 3, 3, 2, 3, 3}},
		{9, 9, []float32{1, 1, 1, 1, 1, 1}},
	} {
		got := make([]float32, 6)
		if move(got, src, shape, c.down, c.across); !slices.Equal(got, c.want) {
			t.Errorf("moved by %d, %d: %v, want %v", c.down, c.across, got, c.want)
		}
	}
}

// TestMoveColours: each channel moves as a grey image does.
func TestMoveColours(t *testing.T) {
	size := raster.Size{Height: 4, Width: 5}
	src := uniformRows(1, 1, 60, 0).values
	for down := -2; down <= 2; down++ {
		for across := -2; across <= 2; across++ {
			got := make([]float32, 60)
			move(got, src, raster.Shape{Size: size, Channels: raster.RGB}, down, across)
			for c := range raster.RGB {
				plane, want := make([]float32, 20), make([]float32, 20)
				must(t, channels{matrix{src, 60}}.row(plane, c))
				move(want, plane, raster.Grey(size), down, across)
				must(t, channels{matrix{got, 60}}.row(plane, c))
				if !slices.Equal(plane, want) {
					t.Errorf("channel %d moved by %d, %d: %v, want %v", c, down, across, plane, want)
				}
			}
		}
	}
}

// TestBatches: an epoch draws each image once, with its class, and moves it by every
// shift there is.
func TestBatches(t *testing.T) {
	const n = 90
	pixels, labels := make([]byte, n*25), make([]int, n)
	for i := range n {
		pixels[i*25+12], labels[i] = byte(i+1), i // a dot in the middle tells the image and the shift
	}
	set, err := dataset.FromPixels("dots", raster.Grey(raster.Size{Height: 5, Width: 5}), pixels, labels)
	must(t, err)
	images, err := learnable(Whole("train", set), ByLabel)
	must(t, err)
	b := batch{set: images, shift: 1, seed: kernels.Key(4), targets: make([]int, 10)}
	x := make([]float32, 250)
	sampled, at := map[int]bool{}, map[int]bool{}
	for step := range n / 10 {
		must(t, b.fill(x, step))
		for i, target := range b.targets {
			sampled[target] = true
			place := slices.Index(x[i*25:][:25], float32(target+1)/255)
			if place < 0 {
				t.Fatalf("image %d of step %d does not fit its class %d: %v", i, step, target, x[i*25:][:25])
			}
			at[place] = true
		}
	}
	if len(sampled) != n || len(at) != 9 {
		t.Errorf("%d of %d images drawn, at %d of 9 places", len(sampled), n, len(at))
	}
}
