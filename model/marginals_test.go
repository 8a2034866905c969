package model_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gorgan/dataset"
	"gorgan/model"
)

// TestMarginals: with no weights to speak of, the first images are the data's mean,
// whether the data are in memory or not, in each channel of a stacked one.
func TestMarginals(t *testing.T) {
	c := small(func(c *model.Config) { c.GenBiasInit, c.GenInitScale, c.EMA = model.MarginalBias, 1e-20, 0.9 })
	set := noiseSet(t, 21, c)
	pixels := slices.Clone(set.Bytes())
	for i := range 21 {
		pixels[i*c.Values()], pixels[i*c.Values()+1] = 0, 255 // the ends of the logistic's range
	}
	set, err := dataset.FromPixels("noise", set.Shape(), pixels, nil)
	must(t, err)
	want := make([]float64, c.Values())
	for i, p := range pixels {
		want[i%c.Values()] += float64(p) / 255 / 21
	}
	want[0], want[1] = 1e-7, 1-1e-7
	streamed := streamedSet(t, set)
	for name, set := range map[string]*dataset.Set{"resident": set, "streamed": streamed} {
		got, err := newTrainer(t, device(t), c, set).Sample(c.Noise([]uint64{5}), nil)
		must(t, err)
		differs(t, name, got, want, 1e-7, 1e-6)
	}
	of := c
	stacked(&of)
	of.BatchSize = 7
	var pixels3 []float64
	for _, v := range want {
		pixels3 = append(pixels3, v, v, v)
	}
	got, err := newTrainer(t, device(t), of, set).Sample(c.Noise([]uint64{5}), nil)
	must(t, err)
	differs(t, "stacked", got, pixels3, 1e-7, 1e-6)
	must(t, os.RemoveAll(filepath.Dir(streamed.Name())))
	if _, err := model.NewTrainer(device(t), c, streamed); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that an image is missing", err)
	}
	for _, w := range stateOf(t, newTrainer(t, device(t), c, set)).Tensors {
		for _, v := range w.Values {
			if math.IsInf(float64(v), 0) || math.IsNaN(float64(v)) {
				t.Fatalf("%s holds %v", w.Name, v)
			}
		}
	}
}
