package serve

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gorgan/model"
	"gorgan/model/walk"
)

// The ways to choose noise.
const (
	ofSeed     = "seed"     // that of one seed
	ofTriangle = "triangle" // between those of three seeds
	ofPath     = "path"     // a frame on the way through those of two seeds or more
)

const (
	mostSeeds  = 64
	mostFrames = 3600
	mostScale  = 64
)

// view is what the explorer shows, as the query of a URL. The same query always names the same image, as long as
// the run has the checkpoint.
type view struct {
	run   string
	step  uint32 // of the checkpoint
	raw   bool   // with the last weights, not their average
	width float64
	show  string
	keys  []walk.Key // their classes are set by suit
	path  string     // a name of walk.Paths
	// classes are those that the query names, nil for none: then an image has the class that generate gives it.
	classes []uint32
	// x in [0,1] leads from the first key of a triangle to the second, and y from there to the third.
	x, y float64
	// frame of frames, of a path.
	frame, frames int
	closed        bool
	scale         int // of a picture
}

// parseView reads a view. A parameter that is missing has its default; one that is unknown is ignored, for what
// the page keeps there for itself.
func parseView(q url.Values) (v view, err error) {
	v = view{run: q.Get("run"), width: 1, show: ofSeed, path: walk.Paths()[0], frames: 1, scale: 1}
	bad := func(key, want string) error {
		return requestError{fmt.Errorf("%s is %.80q, want %s", key, q.Get(key), want)}
	}
	number := func(key string, to *float64, low, high float64) {
		if !q.Has(key) || err != nil {
			return
		}
		n, parsed := strconv.ParseFloat(q.Get(key), 64)
		if parsed != nil || !(n >= low && n <= high) {
			err = bad(key, fmt.Sprintf("%g to %g", low, high))
			return
		}
		*to = n
	}
	whole := func(key string, to *int, low, high int) {
		n := float64(*to)
		if number(key, &n, float64(low), float64(high)); err == nil && n != math.Trunc(n) {
			err = bad(key, "a whole number")
		}
		*to = int(n)
	}
	step := 0
	whole("step", &step, 0, math.MaxUint32)
	v.step = uint32(step)
	number("width", &v.width, 1e-3, 100)
	number("x", &v.x, 0, 1)
	number("y", &v.y, 0, 1)
	whole("frames", &v.frames, 1, mostFrames)
	whole("frame", &v.frame, 0, v.frames-1)
	whole("scale", &v.scale, 1, mostScale)
	v.raw, v.closed = q.Get("raw") == "1", q.Get("loop") == "1"
	if q.Has("show") {
		v.show = q.Get("show")
	}
	if q.Has("path") {
		v.path = q.Get("path")
	}
	seeds := "0"
	if q.Has("seeds") {
		seeds = q.Get("seeds")
	}
	for text := range strings.SplitSeq(seeds, ",") {
		seed, parsed := strconv.ParseUint(text, 10, 64)
		if parsed != nil && err == nil {
			err = bad("seeds", "whole numbers between commas")
		}
		v.keys = append(v.keys, walk.Key{Seed: seed})
	}
	if text := q.Get("classes"); text != "" {
		for text := range strings.SplitSeq(text, ",") {
			class, parsed := strconv.ParseUint(text, 10, 32)
			if parsed != nil && err == nil {
				err = bad("classes", "numbers of classes between commas")
			}
			v.classes = append(v.classes, uint32(class))
		}
	}
	if err != nil {
		return v, err
	}
	return v, v.check()
}

func (v view) check() error {
	n := len(v.keys)
	least := map[string]int{ofSeed: 1, ofTriangle: 3, ofPath: 2}[v.show]
	switch {
	case least == 0:
		return requestError{fmt.Errorf("show is %.80q, want %s, %s or %s", v.show, ofSeed, ofTriangle, ofPath)}
	case !slices.Contains(walk.Paths(), v.path):
		return requestError{fmt.Errorf("path is %.80q, want one of %s", v.path, strings.Join(walk.Paths(), ", "))}
	case n < least || n > mostSeeds:
		return requestError{fmt.Errorf("seeds are %d, want %d to %d to show a %s", n, least, mostSeeds, v.show)}
	case v.show == ofPath && v.frames < n:
		return requestError{fmt.Errorf("frames are %d, want at least one for each of %d seeds", v.frames, n)}
	case len(v.classes) > 1 && len(v.classes) != n:
		return requestError{fmt.Errorf("classes are %d, want one, or one for each of %d seeds", len(v.classes), n)}
	}
	return nil
}

// suit fits the view to a model, and returns the config that its noise has.
func (v *view) suit(c model.Config) (model.Config, error) {
	if c.Classes == 0 && v.classes != nil {
		return c, requestError{errors.New("classes are given, but the model has none")}
	}
	for i := range v.keys {
		if k := &v.keys[i]; v.classes != nil {
			k.Class = v.classes[min(i, len(v.classes)-1)]
		} else if c.Classes > 0 {
			k.Class = uint32(k.Seed % uint64(c.Classes))
		}
		if class := v.keys[i].Class; c.Classes > 0 && class >= uint32(c.Classes) {
			return c, requestError{fmt.Errorf("class %d, want 0 to %d, the model's", class, c.Classes-1)}
		}
	}
	c.NoiseScale = v.width
	if err := c.Validate(); err != nil {
		return c, requestError{err}
	}
	return c, nil
}

// noise returns the noise (noise dim) and the mix of classes (classes) of the view's image.
func (v view) noise(c model.Config) (noise, mix []float32, err error) {
	mix = make([]float32, c.Classes)
	switch v.show {
	case ofPath:
		w, err := v.walk(c)
		if err != nil {
			return nil, nil, err
		}
		noise = make([]float32, c.InputDim())
		w.Frame(v.frame, noise, mix)
	case ofTriangle:
		noise = v.inTriangle(c, mix)
	default:
		noise = c.Noise([]uint64{v.keys[0].Seed})
		if c.Classes > 0 {
			mix[v.keys[0].Class] = 1
		}
	}
	return noise, mix, nil
}

// inTriangle goes from the first key to the second by x, and from there to the third by y. On the path
// walk.Matched the noise has training's distribution everywhere. The sides are ways of command walk.
func (v view) inTriangle(c model.Config, mix []float32) []float32 {
	var corners [3][]float32
	for i := range corners {
		corners[i] = c.Noise([]uint64{v.keys[i].Seed})
	}
	walk.Between(c, v.path, corners[0], corners[1], v.x)
	walk.Between(c, v.path, corners[0], corners[2], v.y)
	if c.Classes > 0 {
		for i, share := range []float64{(1 - v.x) * (1 - v.y), v.x * (1 - v.y), v.y} {
			mix[v.keys[i].Class] += float32(share)
		}
	}
	return corners[0]
}

// walk returns the way of a path.
func (v view) walk(c model.Config) (*walk.Walk, error) {
	w, err := walk.New(walk.Walk{Config: c, Keys: v.keys, Closed: v.closed, Frames: v.frames, Path: v.path})
	if err != nil {
		return nil, requestError{err}
	}
	return w, nil
}
