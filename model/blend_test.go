package model_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

// TestBlend: a mix of one class makes that class's image, bit for bit. A mix of two makes the image of
// a class whose weights are mixed so.
func TestBlend(t *testing.T) {
	const classes, first, second = 3, 2, 0
	s := trained(t, func(c *model.Config) { c.Classes = classes })
	g, err := model.NewGenerator(device(t), s, false)
	must(t, err)
	seeds := make([]uint64, 70) // more than a batch
	var mix, halves []float32
	for i := range seeds {
		seeds[i] = uint64(i)
		row := make([]float32, classes)
		row[i%classes] = 1
		mix = append(mix, row...)
		half := make([]float32, classes)
		half[first], half[second] = .25, .75
		halves = append(halves, half...)
	}
	z := s.Config.Noise(seeds)
	want, err := g.Sample(z, s.Config.Labels(seeds))
	must(t, err)
	got, err := g.Blend(z, mix)
	must(t, err)
	if !slices.Equal(got, want) {
		t.Error("a mix of one class makes another image than its label")
	}

	got, err = g.Blend(z, halves)
	must(t, err)
	at := slices.IndexFunc(s.Tensors, func(w model.Tensor) bool {
		return strings.HasPrefix(w.Name, "generator") && strings.HasSuffix(w.Name, "class.weight")
	})
	table := s.Tensors[at].Values
	units := len(table) / classes
	for u := range units {
		table[u] = .25*table[first*units+u] + .75*table[second*units+u]
	}
	mixed, err := model.NewGenerator(device(t), s, false)
	must(t, err)
	want, err = mixed.Sample(z, make([]uint32, len(seeds)))
	must(t, err)
	for i := range got {
		if math.Abs(float64(got[i]-want[i])) > 1e-6 {
			t.Fatalf("value %d is %v, want %v", i, got[i], want[i])
		}
	}

	_, err = g.Blend(z, mix[1:])
	contains(t, err, "and 3 for each image")
	mix[4] = float32(math.NaN())
	_, err = g.Blend(z, mix)
	contains(t, err, "value 4 is NaN")
	plain, err := model.NewGenerator(device(t), trained(t), false)
	must(t, err)
	_, err = plain.Blend(z, mix)
	contains(t, err, "without classes")
}
