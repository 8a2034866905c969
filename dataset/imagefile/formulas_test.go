package imagefile

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPaeth compares with the definition for every triple.
func TestPaeth(t *testing.T) {
	abs := func(v int) int { return max(v, -v) }
	for a := range 256 {
		for b := range 256 {
			for c := range 256 {
				want, p := c, a+b-c
				if abs(p-a) <= abs(p-b) && abs(p-a) <= abs(p-c) {
					want = a
				} else if abs(p-b) <= abs(p-c) {
					want = b
				}
				if got := paeth(a, b, c); int(got) != want {
					t.Fatalf("paeth of %d, %d, %d is %d, want %d", a, b, c, got, want)
				}
			}
		}
	}
}

// TestTransform compares with the sums of cosines in float64, for every size of a block's image.
func TestTransform(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	weight := func(x, u, n int) float64 {
		if u == 0 {
			return math.Sqrt(1. / 8)
		}
		return math.Cos(float64(2*x+1)*float64(u)*math.Pi/float64(2*n)) / 2
	}
	for _, height := range []int{1, 2, 4, 8} {
		for _, width := range []int{1, 2, 4, 8} {
			for range 100 {
				var values, kept [64]int64
				for k := range values {
					values[k] = int64(r.IntN(201)-100) / int64(1+k/8+k%8)
				}
				kept = values
				out := make([]byte, 8*height)
				transform(&values, width, height, out, 8)
				for y := range height {
					for x := range width {
						want := 128.
						for v := range height {
							for u := range width {
								want += weight(x, u, width) * weight(y, v, height) * float64(kept[8*v+u])
							}
						}
						if got := float64(out[8*y+x]); math.Abs(got-min(max(want, 0), 255)) > 0.6 {
							t.Fatalf("%dx%d: pixel %d, %d is %v, want %.2f", height, width, y, x, got, want)
						}
					}
				}
			}
		}
	}
}
