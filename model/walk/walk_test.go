package walk_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/model"
	"gorgan/model/walk"
)

func config(dim, classes int) model.Config {
	c := model.Default()
	c.NoiseDim, c.Classes = dim, classes
	return c
}

func newWalk(t rapid.TB, w walk.Walk) *walk.Walk {
	made, err := walk.New(w)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestKeys: keys are passed exactly and in their order, and no two frames of a closed walk are the same.
func TestKeys(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := config(rapid.IntRange(1, 6).Draw(r, "dim"), rapid.IntRange(0, 3).Draw(r, "classes"))
		c.NoiseScale = rapid.Float64Range(.1, 3).Draw(r, "scale")
		seeds := rapid.SliceOfNDistinct(rapid.Uint64Range(0, 1000), 1, 6, rapid.ID[uint64]).Draw(r, "seeds")
		w := walk.Walk{Config: c, Closed: rapid.Bool().Draw(r, "closed"), Path: rapid.SampledFrom(walk.Paths()).Draw(r, "path")}
		for _, s := range seeds {
			k := walk.Key{Seed: s}
			if c.Classes > 0 {
				k.Class = rapid.Uint32Range(0, uint32(c.Classes-1)).Draw(r, "class")
			}
			w.Keys = append(w.Keys, k)
		}
		w.Frames = len(seeds) + rapid.IntRange(0, 40).Draw(r, "more")
		made := newWalk(r, w)
		var all [][]float32
		for i := range w.Frames {
			noise, mix := make([]float32, c.NoiseDim), make([]float32, c.Classes)
			made.Frame(i, noise, mix)
			sum := float32(0)
			for _, v := range mix {
				sum += v
			}
			if c.Classes > 0 && math.Abs(float64(sum)-1) > 1e-6 {
				r.Fatalf("frame %d mixes %v", i, mix)
			}
			for _, v := range noise {
				if limit := c.NoiseScale * (1 + 1e-6); w.Path != walk.Spherical && math.Abs(float64(v)) > limit || v != v {
					r.Fatalf("frame %d has noise %v, want it within %v", i, v, limit)
				}
			}
			all = append(all, noise)
		}
		last := -1
		for k, key := range w.Keys {
			i := made.KeyFrame(k)
			if i <= last || i >= w.Frames || k == 0 && i != 0 {
				r.Fatalf("key %d is frame %d, after %d", k, i, last)
			}
			last = i
			mix := make([]float32, c.Classes)
			made.Frame(i, make([]float32, c.NoiseDim), mix)
			if !slices.Equal(all[i], c.Noise([]uint64{key.Seed})) || c.Classes > 0 && mix[key.Class] != 1 {
				r.Fatalf("key %d is noise %v and mix %v", k, all[i], mix)
			}
		}
		if !w.Closed && len(w.Keys) > 1 && last != w.Frames-1 {
			r.Fatalf("the last key is frame %d of %d", last, w.Frames)
		}
		// One value can turn back and pass a value again; many do not.
		if c.NoiseDim > 2 && w.Closed && len(w.Keys) > 2 {
			for i := range all {
				for k := range i {
					if slices.Equal(all[i], all[k]) {
						r.Fatalf("frames %d and %d are the same", k, i)
					}
				}
			}
		}
	})
}

// TestDistribution: on the matched path noise has training's distribution at each time, the linear one makes it
// narrower, and the spherical one keeps its length.
func TestDistribution(t *testing.T) {
	const dim, frames = 40_000, 9
	c := config(dim, 0)
	keys := []walk.Key{{Seed: 1}, {Seed: 2}}
	for _, path := range walk.Paths() {
		w := newWalk(t, walk.Walk{Config: c, Keys: keys, Frames: frames, Path: path})
		for i := range frames {
			noise := make([]float32, dim)
			w.Frame(i, noise, nil)
			var squares float64
			for _, v := range noise {
				squares += float64(v) * float64(v) / dim
			}
			slices.Sort(noise)
			off := 0.0 // the largest distance from the distribution function of training's noise
			for k, v := range noise {
				off = max(off, math.Abs(float64(k)/dim-(1+float64(v))/2))
			}
			u := float64(i) / (frames - 1)
			want := 1. / 3
			if path == walk.Linear {
				want *= (1-u)*(1-u) + u*u
			}
			if math.Abs(squares-want) > .005 {
				t.Errorf("%s, frame %d: mean square %v, want %v", path, i, squares, want)
			}
			if path == walk.Matched && off > .01 || path == walk.Spherical && i == frames/2 && noise[0] > -1.2 {
				t.Errorf("%s, frame %d: distribution is %v off, from %v on", path, i, off, noise[0])
			}
		}
	}
}

// TestSteady: the noise moves little from frame to frame, whatever the path.
func TestSteady(t *testing.T) {
	const frames = 1000
	for _, path := range walk.Paths() {
		c := config(50, 2)
		w := newWalk(t, walk.Walk{Config: c, Keys: []walk.Key{{1, 0}, {2, 1}, {2, 0}, {7, 0}}, Closed: true, Frames: frames, Path: path})
		before, mix := make([]float32, 50), make([]float32, 2)
		w.Frame(0, before, mix)
		for i := 1; i <= frames; i++ {
			noise := make([]float32, 50)
			w.Frame(i%frames, noise, mix)
			for k, v := range noise {
				if math.Abs(float64(v-before[k])) > .05 {
					t.Fatalf("%s: value %d jumps from %v to %v at frame %d", path, k, before[k], v, i)
				}
			}
			before = noise
		}
		// The same seed twice is a pause of the noise.
		w.Frame(375, before, mix)
		if !slices.Equal(before, c.Noise([]uint64{2})) || mix[0] != .5 {
			t.Errorf("%s: the pause moves, or mixes %v", path, mix)
		}
	}
}

func TestBadWalks(t *testing.T) {
	for part, w := range map[string]walk.Walk{
		"no keys":                        {},
		"1 frames for 2 images":          {Config: config(2, 0), Keys: make([]walk.Key, 2), Frames: 1},
		"want one of matched, spherical": {Config: config(2, 0), Keys: make([]walk.Key, 2), Frames: 2, Path: "x"},
		"class 3, want 0 to 2":           {Config: config(2, 3), Keys: []walk.Key{{Class: 3}}, Frames: 2, Path: walk.Linear},
	} {
		if _, err := walk.New(w); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q", err, part)
		}
	}
}

// TestBetween: the ends are exact, and the frames of a walk are what lies between its keys.
func TestBetween(t *testing.T) {
	c := config(20, 0)
	for _, path := range walk.Paths() {
		w := newWalk(t, walk.Walk{Config: c, Keys: []walk.Key{{Seed: 3}, {Seed: 8}}, Frames: 5, Path: path})
		for i := range 5 {
			want, got := make([]float32, 20), c.Noise([]uint64{3})
			w.Frame(i, want, nil)
			walk.Between(c, path, got, c.Noise([]uint64{8}), float64(i)/4)
			if !slices.Equal(got, want) {
				t.Errorf("%s, frame %d: %v, want %v", path, i, got, want)
			}
		}
	}
}

// TestCodesInLine: between two keys noise goes its way, and codes go in a line.
func TestCodesInLine(t *testing.T) {
	plain, c := config(4, 0), config(4, 0)
	c.CodeClasses, c.CodeValues = 3, 2
	for _, path := range walk.Paths() {
		w := walk.Walk{Keys: []walk.Key{{Seed: 3}, {Seed: 8}}, Frames: 5, Path: path}
		w.Config = plain
		bare := newWalk(t, w)
		w.Config = c
		coded := newWalk(t, w)
		a, b := c.Noise([]uint64{3})[4:], c.Noise([]uint64{8})[4:]
		for i := range w.Frames {
			want, got := make([]float32, 4), make([]float32, 9)
			bare.Frame(i, want, nil)
			coded.Frame(i, got, nil)
			if !slices.Equal(got[:4], want) {
				t.Errorf("%s, frame %d: the noise is %v, without codes %v", path, i, got[:4], want)
			}
			for k, v := range got[4:] {
				if want := a[k] + (b[k]-a[k])*float32(i)/4; math.Abs(float64(v-want)) > 1e-6 {
					t.Errorf("%s, frame %d: code %d is %v, want %v", path, i, k, v, want)
				}
			}
		}
	}
}
