package serve

import (
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/model"
	"gorgan/model/walk"
)

// TestBadViews: what a query cannot name, in a sentence.
func TestBadViews(t *testing.T) {
	for query, want := range map[string]string{
		"seeds=x":                    `seeds is "x", want whole numbers between commas`,
		"seeds=-1":                   `seeds is "-1", want whole`,
		"seeds=18446744073709551616": "want whole numbers",
		"seeds=1,,2":                 "want whole numbers",
		"step=1.5":                   "want a whole number",
		"step=-1":                    "want 0 to 4.29",
		"width=0":                    "want 0.001 to 100",
		"width=NaN":                  `width is "NaN", want 0.001 to 100`,
		"width=Inf":                  "want 0.001 to 100",
		"show=all":                   "want seed, triangle or path",
		"show=triangle&seeds=1,2":    "seeds are 2, want 3 to 64",
		"show=path&seeds=1":          "seeds are 1, want 2 to 64",
		"show=path&seeds=1,2":        "frames are 1, want at least one for each of 2 seeds",
		"show=triangle&x=1.01":       `x is "1.01", want 0 to 1`,
		"frame=5&frames=5":           `frame is "5", want 0 to 4`,
		"frames=3601":                "want 1 to 3600",
		"path=straight":              "want one of matched",
		"scale=0":                    "want 1 to 64",
		"classes=1,2":                "classes are 2, want one, or one for each of 1 seeds",
		"classes=a":                  "want numbers of classes",
		"seeds=" + strings.Repeat("1,", 64) + "1": "seeds are 65, want 1 to 64",
	} {
		q, err := url.ParseQuery(query)
		must(t, err)
		if _, err := parseView(q); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", query, err, want)
		}
	}
}

// FuzzView: a view that is read is one that can be drawn, whatever the model.
func FuzzView(f *testing.F) {
	for _, q := range []string{"", "seeds=1,2,3&show=triangle&x=.5&y=.25", "show=path&seeds=3,8,3&frames=9&frame=8&loop=1&classes=1", "width=1e-3&raw=1&path=spherical", "classes=4,4&seeds=7,8", "scale=64&step=4294967295"} {
		f.Add(q, uint8(0))
		f.Add(q, uint8(5))
	}
	f.Fuzz(func(t *testing.T, query string, classes uint8) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		v, err := parseView(q)
		if err != nil {
			return
		}
		c := model.Default()
		c.NoiseDim, c.Classes = 3, int(classes)
		if c.Classes == 1 {
			c.Classes = 2
		}
		if c, err = v.suit(c); err != nil {
			return
		}
		noise, mix, err := v.noise(c)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		sum := float32(0)
		for _, m := range mix {
			sum += m
		}
		if len(noise) != 3 || slices.ContainsFunc(noise, func(n float32) bool { return n != n }) || c.Classes > 0 && math.Abs(float64(sum)-1) > 1e-5 {
			t.Errorf("%q: noise %v, mix %v", query, noise, mix)
		}
	})
}

// TestTriangle: the corners are the images of the seeds, and the sides are walks between them.
func TestTriangle(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := model.Default()
		c.NoiseDim, c.Classes = 5, rapid.SampledFrom([]int{0, 4}).Draw(r, "classes")
		path := rapid.SampledFrom(walk.Paths()).Draw(r, "path")
		v := view{show: ofTriangle, path: path, width: rapid.Float64Range(.1, 2).Draw(r, "width")}
		for _, seed := range rapid.SliceOfNDistinct(rapid.Uint64(), 3, 3, rapid.ID[uint64]).Draw(r, "seeds") {
			v.keys = append(v.keys, walk.Key{Seed: seed})
		}
		at := rapid.Float64Range(0, 1).Draw(r, "at")
		noise := func(x, y float64) ([]float32, []float32) {
			v.x, v.y = x, y
			c, err := v.suit(c)
			if err != nil {
				r.Fatal(err)
			}
			noise, mix, err := v.noise(c)
			if err != nil {
				r.Fatal(err)
			}
			return noise, mix
		}
		for _, side := range []struct{ x, y, from, to float64 }{{at, 0, 0, 1}, {0, at, 0, 2}, {1, at, 1, 2}} {
			got, mix := noise(side.x, side.y)
			a, b := v.keys[int(side.from)], v.keys[int(side.to)]
			wide := c
			wide.NoiseScale = v.width
			want := wide.Noise([]uint64{a.Seed})
			walk.Between(wide, path, want, wide.Noise([]uint64{b.Seed}), at)
			if !slices.Equal(got, want) {
				r.Errorf("side %v: %v, want %v", side, got, want)
			}
			if c.Classes > 0 && a.Class != b.Class && (math.Abs(float64(mix[a.Class])-(1-at)) > 1e-6 || math.Abs(float64(mix[b.Class])-at) > 1e-6) {
				r.Errorf("side %v at %v mixes %v", side, at, mix)
			}
		}
		if got, _ := noise(at, 1); !slices.Equal(got, func() []float32 { w := c; w.NoiseScale = v.width; return w.Noise([]uint64{v.keys[2].Seed}) }()) {
			r.Errorf("the third corner is %v", got)
		}
	})
}
