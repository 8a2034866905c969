package kernels_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gorgan/kernels"
)

// TestDropoutParts: the parts of a tensor, each with its place as first, are dropped as
// the whole is, and a keep of 1 changes no bit.
func TestDropoutParts(t *testing.T) {
	dev := newDevice(t, 2)
	key, clock := holding(t, dev, []uint32{3, 4}, 2), holding(t, dev, []uint32{5}, 1)
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.Float32(), 2, 99).Draw(rt, "values")
		cut := rapid.IntRange(1, len(values)-1).Draw(rt, "cut")
		first := rapid.IntRange(0, 1<<20).Draw(rt, "first")
		keep := rapid.SampledFrom([]float32{0.5, 0.8, 1}).Draw(rt, "keep")
		drop := func(v []float32, first int) []float32 {
			y, got := holding(t, dev, v, len(v)), make([]float32, len(v))
			if err := kernels.Dropout(dev, y, key, clock, keep, 2<<16, first); err != nil {
				rt.Fatal(err)
			}
			if err := dev.Download(got, y); err != nil {
				rt.Fatal(err)
			}
			return got
		}
		whole := drop(values, first)
		if parts := append(drop(values[:cut], first), drop(values[cut:], first+cut)...); !slices.Equal(parts, whole) {
			rt.Errorf("the parts give %v, the whole %v", parts, whole)
		}
		if keep == 1 && !slices.Equal(whole, values) {
			rt.Errorf("a keep of 1 gives %v for %v", whole, values)
		}
	})
}

// TestDropoutShare: as many are kept as are meant to, others each step, and the mean
// stays.
func TestDropoutShare(t *testing.T) {
	const n, keep = 1 << 20, 0.8
	dev := newDevice(t, 2)
	key := holding(t, dev, []uint32{1, 2}, 2)
	at := func(step uint32) []float32 {
		y, got := holding(t, dev, slices.Repeat([]float32{1}, n), n), make([]float32, n)
		for _, err := range []error{
			kernels.Dropout(dev, y, key, holding(t, dev, []uint32{step}, 1), keep, 2<<16, 0),
			dev.Download(got, y),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return got
	}
	one, two := at(1), at(2)
	var kept, both, sum float64
	for i, v := range one {
		sum += float64(v)
		if v != 0 {
			kept++
			if two[i] != 0 {
				both++
			}
		}
	}
	// Five standard deviations of a binomial share.
	within := func(share float64) float64 { return 5 * math.Sqrt(share*(1-share)/n) }
	for what, c := range map[string][2]float64{"kept": {kept / n, keep}, "kept twice": {both / n, keep * keep}} {
		if math.Abs(c[0]-c[1]) > within(c[1]) {
			t.Errorf("%s: a share of %g, want %g", what, c[0], c[1])
		}
	}
	if mean := sum / n; math.Abs(mean-1) > within(keep)/keep {
		t.Errorf("the mean is %g, want 1", mean)
	}
}

// TestDropoutOfNaN: what is dropped is 0, whatever it was.
func TestDropoutOfNaN(t *testing.T) {
	dev := newDevice(t, 1)
	nan := float32(math.NaN())
	y, got := holding(t, dev, slices.Repeat([]float32{nan}, 64), 64), make([]float32, 64)
	key, clock := holding(t, dev, []uint32{1, 2}, 2), holding(t, dev, []uint32{1}, 1)
	for _, err := range []error{kernels.Dropout(dev, y, key, clock, 0.5, 2<<16, 0), dev.Download(got, y)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	dropped := 0
	for i, v := range got {
		switch {
		case v == 0:
			dropped++
		case v == v:
			t.Errorf("y[%d] = %g, want 0 or NaN", i, v)
		}
	}
	if dropped < 16 || dropped > 48 {
		t.Errorf("%d of 64 were dropped, want about a half", dropped)
	}
}
