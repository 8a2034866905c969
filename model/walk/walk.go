// Package walk leads through a generator's noise, from the image of one seed to that of the next.
package walk

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"gorgan/model"
)

// A Key is an image that a walk passes. Its class counts if the model has classes.
type Key struct {
	Seed  uint64
	Class uint32
}

// Walk is a way through the images of keys. Each key is the image of a frame, exactly as the generator makes it of
// the key's seed and class. The frames between two keys are evenly spread.
type Walk struct {
	Config model.Config
	Keys   []Key  // one or more
	Closed bool   // from the last key the walk goes on to the first
	Frames int    // as many as there are keys, or more
	Path   string // a name of Paths

	noise []float32 // (len(Keys), Config.InputDim())
}

// New returns w, ready for Frame, or an error that says what is out of range.
func New(w Walk) (*Walk, error) {
	switch {
	case len(w.Keys) == 0:
		return nil, errors.New("walk: no keys, want one or more")
	case w.Frames < len(w.Keys):
		return nil, fmt.Errorf("walk: %d frames for %d images to pass, want at least one each", w.Frames, len(w.Keys))
	case !slices.Contains(Paths(), w.Path):
		return nil, fmt.Errorf("path is %q, want one of %s", w.Path, strings.Join(Paths(), ", "))
	}
	var seeds []uint64
	for _, k := range w.Keys {
		seeds = append(seeds, k.Seed)
		if classes := w.Config.Classes; classes > 0 && k.Class >= uint32(classes) {
			return nil, fmt.Errorf("walk: class %d, want 0 to %d", k.Class, classes-1)
		}
	}
	w.noise = w.Config.Noise(seeds)
	return &w, nil
}

// KeyFrame returns the number of the frame of key k.
func (w *Walk) KeyFrame(k int) int {
	switch {
	case w.Closed:
		return k * w.Frames / len(w.Keys)
	case len(w.Keys) == 1:
		return 0
	}
	return k * (w.Frames - 1) / (len(w.Keys) - 1)
}

// Frame writes the noise (Config.InputDim()), with the codes behind it, and the mix of classes (classes) of frame i. Both
// are those of a key at its frame. Mixes of classes are linear. mix has no effect if the model has no classes.
func (w *Walk) Frame(i int, noise, mix []float32) {
	// The last key at or before the frame, and the one after it.
	from := sort.Search(len(w.Keys), func(k int) bool { return w.KeyFrame(k) > i }) - 1
	to, end := from+1, w.Frames
	if to < len(w.Keys) {
		end = w.KeyFrame(to)
	} else if to = 0; !w.Closed {
		to = from // the walk ends here
	}
	t := float64(i-w.KeyFrame(from)) / float64(end-w.KeyFrame(from))

	a, b, dim := w.Keys[from], w.Keys[to], w.Config.InputDim()
	copy(noise, w.noise[from*dim:][:dim])
	if t > 0 && a.Seed != b.Seed {
		Between(w.Config, w.Path, noise, w.noise[to*dim:][:dim], t)
	}
	if w.Config.Classes > 0 {
		clear(mix)
		mix[a.Class] += float32(1 - t)
		mix[b.Class] += float32(t)
	}
}
