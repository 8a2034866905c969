package evaluate

import (
	"math"
	"slices"
	"testing"
)

// TestNearest: the nearest training image and its distance are those of a search one by one, and an image
// of the set is at a distance of 0 from itself.
func TestNearest(t *testing.T) {
	train, fakes := Whole("train", toySet(t, 300, 1)), valuesOf(t, Whole("fakes", toySet(t, 20, 2)))
	all, width := valuesOf(t, train), train.width()
	near, err := Nearest(t.Context(), cpu(t, 2), train, Samples{Source: "fakes", Values: fakes})
	must(t, err)
	var distances []float64
	for i := range 20 {
		best, at := math.Inf(1), -1
		for j := range 300 {
			sum := 0.0
			for k := range width {
				d := float64(fakes[i*width+k]) - float64(all[j*width+k])
				sum += d * d
			}
			if d := math.Sqrt(sum); d < best {
				best, at = d, j
			}
		}
		distances = append(distances, best)
		if near[i].Image != at || math.Abs(near[i].Distance-best) > 1e-9 {
			t.Errorf("image %d: nearest is %d at %v, want %d at %v", i, near[i].Image, near[i].Distance, at, best)
		}
	}
	slices.Sort(distances)
	if got := Median(near); math.Abs(got-distances[9]) > 1e-9 {
		t.Errorf("the median is %v, want %v", got, distances[9])
	}

	values, images, err := train.Values(7)
	must(t, err)
	near, err = Nearest(t.Context(), cpu(t, 1), train, Samples{Values: values})
	must(t, err)
	if want := []int{0, 42, 85, 128, 171, 214, 257}; !slices.Equal(images, want) {
		t.Errorf("images %v, want %v", images, want)
	}
	for i, n := range near {
		if n.Image != images[i] || n.Distance != 0 {
			t.Errorf("image %d is %v from %d", images[i], n.Distance, n.Image)
		}
	}
	if values, images, err := train.Values(1000); err != nil || len(images) != 300 || !slices.Equal(values, all) {
		t.Errorf("%d images of all, %v", len(images), err)
	}
	if _, err := Nearest(t.Context(), cpu(t, 1), train, Samples{Values: fakes[1:]}); err == nil {
		t.Error("a part of an image has neighbours")
	}
}
