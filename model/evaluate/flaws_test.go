package evaluate

import (
	"context"
	"math"
	"slices"
	"testing"
)

// TestKnownFlaws: figures tell each way to be bad from the others.
func TestKnownFlaws(t *testing.T) {
	good := blend(t, 400)
	n := toySize.Area()
	change := func(f func(i int, x []float32)) Samples {
		s := Samples{Source: "flawed", Values: slices.Clone(good.Values)}
		for i := range len(s.Values) / n {
			f(i, s.Values[i*n:][:n])
		}
		return s
	}
	train := toyReference(t).Train
	image := func(i int) []float32 {
		x := make([]float32, n)
		must(t, train.row(x, i))
		return x
	}
	e := toyEvaluator(t, Options{})
	run := func(s Samples) *Report {
		r, err := e.Run(context.Background(), s, nil)
		must(t, err)
		return r
	}
	figure := func(r *Report, name string) float64 {
		f, ok := r.Figure(name)
		if !ok {
			t.Fatalf("no figure %s", name)
		}
		return f.Value
	}
	base := run(good)
	if missing, entropy := figure(base, "missing_classes"), figure(base, "class_entropy"); missing != 0 || math.Abs(entropy-math.Log(3)) > 0.02 {
		t.Errorf("of good samples: %v classes missing, entropy %v", missing, entropy)
	}
	noise := run(change(func(i int, x []float32) {
		copy(x, uniformRows(uint64(i), 1, n, 0).values)
		for k := range x {
			x[k] = (x[k] + 1) / 2
		}
	}))
	for _, name := range []string{"parzen", "precision", "density", "coverage", "classifier_score"} {
		if figure(noise, name) >= figure(base, name) {
			t.Errorf("%s of noise is %v, of good samples %v", name, figure(noise, name), figure(base, name))
		}
	}
	// Of one class alone: sharp, but not all there is.
	one := run(change(func(i int, x []float32) {
		for j := i; ; j++ {
			if train.Label(j) == 7 {
				copy(x, image(j))
				x[0] = 0.5
				return
			}
		}
	}))
	if got := []float64{figure(one, "missing_classes"), figure(one, "class_entropy"), figure(one, "largest_class"), figure(one, "smallest_class")}; !slices.Equal(got, []float64{2, 0, 1, 0}) {
		t.Errorf("of one class: missing, entropy, largest, smallest %v", got)
	}
	if got := figure(one, "recall"); got > 0.5 {
		t.Errorf("of one class: recall %v", got)
	}
	for _, worse := range []*Report{noise, one} {
		if got, better := figure(worse, "frechet_distance"), figure(base, "frechet_distance"); got < 3*better {
			t.Errorf("Fréchet distance %v, of good samples %v", got, better)
		}
	}
	// 30 copies of training images, 20 of them of the same one, and 10 that are nearly copies.
	copied := run(change(func(i int, x []float32) {
		switch {
		case i < 20:
			copy(x, image(7))
		case i < 30:
			copy(x, image(i))
		case i < 40:
			copy(x, image(i))
			x[0] = max(x[0], 0.01) * 0.9
		}
	}))
	for name, want := range map[string]float64{"training_copies": 30, "memorised": 40, "duplicates": 19} {
		if got := figure(copied, name) - figure(base, name); got != want {
			t.Errorf("%s rose by %v, want %v", name, got, want)
		}
	}
	if got := figure(copied, "close_to_training") - figure(base, "close_to_training"); got < 0.09 || got > 0.1 {
		t.Errorf("close to training rose by %v, want 40 of 400 less those that were", got)
	}
	if got := figure(copied, "near_duplicates"); got < 20./400 || got > 20./400+figure(base, "near_duplicates") {
		t.Errorf("near duplicates are %v, want 20 of 400 and those that were", got)
	}
	for i, want := range []int{7, 7, 7} {
		if near := copied.Nearest[i]; near.Image != want || near.Distance != 0 {
			t.Errorf("sample %d is nearest to %d at %v, want %d at 0", i, near.Image, near.Distance, want)
		}
	}
}
