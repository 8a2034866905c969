package evaluate

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/kernels"
)

// TestStacked: each triple of classes is one mode, the first channel counting most.
func TestStacked(t *testing.T) {
	e := toyEvaluator(t, Options{Seed: 1})
	n := toySize.Area()
	byClass := map[int][]float32{}
	for i := range e.reference.Test.Len() {
		x := make([]float32, n)
		must(t, e.reference.Test.row(x, i))
		byClass[slices.Index(toyLabels, e.reference.Test.Label(i))] = x
	}
	stacks := func(triples ...[3]int) Samples {
		s := Samples{Source: "stacks"}
		for _, triple := range triples {
			for _, class := range triple {
				s.Values = append(s.Values, byClass[class]...)
			}
		}
		return s
	}
	var every [][3]int
	for m := range 27 {
		every = append(every, [3]int{m / 9, m / 3 % 3, m % 3})
	}
	for name, c := range map[string]struct {
		samples           Samples
		modes, divergence float64
	}{
		"one":       {stacks([3]int{0, 1, 2}), 1, math.Log(27)},
		"three":     {stacks([3]int{0, 1, 2}, [3]int{1, 0, 2}, [3]int{2, 1, 0}), 3, math.Log(9)},
		"a half":    {stacks([3]int{0, 1, 2}, [3]int{0, 1, 2}, [3]int{2, 1, 0}, [3]int{0, 0, 0}), 3, math.Log(27) - 1.5*math.Ln2},
		"every one": {stacks(every...), 27, 0},
	} {
		r, err := e.RunStacked(context.Background(), c.samples, nil)
		must(t, err)
		modes, _ := r.Figure("modes")
		divergence, _ := r.Figure("mode_divergence")
		if modes.Value != c.modes || math.Abs(divergence.Value-c.divergence) > 1e-12 || r.Count != len(c.samples.Values)/3/n {
			t.Errorf("%s: %v modes, divergence %v of %d, want %v and %v", name, modes.Value, divergence.Value, r.Count, c.modes, c.divergence)
		}
	}
	_, err := e.RunStacked(context.Background(), Samples{Source: "pairs", Values: make([]float32, 2*n)}, nil)
	if want := "evaluate: pairs: 2 images of 36 pixels, want 3 for each sample"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	e.classifier = nil
	if _, err = e.RunStacked(context.Background(), stacks([3]int{}), nil); err == nil || !strings.Contains(err.Error(), "needs a classifier") {
		t.Errorf("without a classifier: error %v", err)
	}
}

// TestStackedFloor: real images come near what uniform samples have, and not by being
// the same triples again.
func TestStackedFloor(t *testing.T) {
	e := toyEvaluator(t, Options{Seed: 1})
	s := Samples{Source: "train", Values: valuesOf(t, Split{"train", e.reference.Train.Set, 0, 999})}
	r, err := e.RunStacked(context.Background(), s, nil)
	must(t, err)
	divergence, _ := r.Figure("mode_divergence")
	_, want := uniform(333, 27)
	for _, got := range []float64{divergence.Value, divergence.Floor} {
		if got < want/2 || got > 2*want {
			t.Errorf("divergence of real stacks is %v, want about %v", got, want)
		}
	}
	if divergence.Value == divergence.Floor {
		t.Error("samples and floor are the same")
	}
}

// TestUniform holds the expectation against draws.
func TestUniform(t *testing.T) {
	const n, modes, draws = 200, 64, 400
	var occurred, divergence, square float64
	for d := range draws {
		counts := make([]int, modes)
		for i := range n {
			counts[kernels.Philox4x32([4]uint32{uint32(i), uint32(d)}, [2]uint32{1})[0]%modes]++
		}
		v := fromUniform(counts)
		occurred += float64(occurring(counts)) / draws
		divergence += v / draws
		square += v * v / draws
	}
	wantOccurring, want := uniform(n, modes)
	if spread := math.Sqrt((square - divergence*divergence) / draws); math.Abs(divergence-want) > 4*spread {
		t.Errorf("divergence is %v ± %v, want %v", divergence, spread, want)
	}
	if math.Abs(occurred-wantOccurring) > 0.5 {
		t.Errorf("%v modes occur, want %v", occurred, wantOccurring)
	}
}
