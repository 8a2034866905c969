package evaluate

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
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
			s.Values = append(s.Values, interleaved(byClass[triple[0]], byClass[triple[1]], byClass[triple[2]])...)
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
		if got := figureNames(r); !slices.Equal(got, stackedFigures()) {
			t.Errorf("figures %q, want %q", got, stackedFigures())
		}
		modes, _ := r.Figure("modes")
		divergence, _ := r.Figure("mode_divergence")
		if modes.Value != c.modes || math.Abs(divergence.Value-c.divergence) > 1e-12 || r.Count != len(c.samples.Values)/3/n {
			t.Errorf("%s: %v modes, divergence %v of %d, want %v and %v", name, modes.Value, divergence.Value, r.Count, c.modes, c.divergence)
		}
	}
	_, err := e.RunStacked(context.Background(), Samples{Source: "pairs", Values: make([]float32, 2*n)}, nil)
	if want := "evaluate: pairs: 72 values, want images of 6x6x3, 108 values each"; err == nil || err.Error() != want {
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
	s := Samples{Source: "train"}
	train, n := valuesOf(t, e.reference.Train), toySize.Area()
	for i := 0; i < 999; i += 3 {
		s.Values = append(s.Values, interleaved(train[i*n:][:n], train[(i+1)*n:][:n], train[(i+2)*n:][:n])...)
	}
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

// interleaved returns the colour image whose channels are these grey images.
func interleaved(red, green, blue []float32) (image []float32) {
	for i := range red {
		image = append(image, red[i], green[i], blue[i])
	}
	return image
}

// TestManyModes: the triples of a thousand classes are counted without a count for each.
func TestManyModes(t *testing.T) {
	triples := []int{999, 999, 999, 0, 0, 1, 999, 999, 999, 1, 0, 0}
	counts := countModes(4, 1000, func(i int) int { return triples[i] })
	if !slices.Equal(counts, []int{1, 1, 2}) {
		t.Errorf("counts %v, want [1 1 2]", counts)
	}
	if got, want := fromUniform(counts, 1e9), math.Log(1e9)-1.5*math.Ln2; math.Abs(got-want) > 1e-12 {
		t.Errorf("divergence %v, want %v", got, want)
	}
	if occurring, divergence := uniform(26000, 1e9); math.Abs(occurring-26000) > 1 || math.Abs(divergence-math.Log(1e9/26000)) > 1e-4 {
		t.Errorf("26000 uniform samples have %v modes and a divergence of %v", occurring, divergence)
	}
}

// TestStackedOfColour: images in colour have no classes for their channels.
func TestStackedOfColour(t *testing.T) {
	e := toyEvaluator(t, Options{})
	var colour []*dataset.Set
	for range 2 {
		set, err := dataset.FromPixels("colour", raster.Shape{Size: toySize, Channels: raster.RGB}, make([]byte, 12*108), nil)
		must(t, err)
		colour = append(colour, set)
	}
	e.reference.Train, e.reference.Test = Whole("train", colour[0]), Whole("test", colour[1])
	_, err := e.RunStacked(context.Background(), Samples{Source: "some", Values: make([]float32, 108)}, nil)
	if want := "evaluate: stacked: colour train[0:12] has images of 6x6x3, want grey images"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
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
		counts = slices.DeleteFunc(counts, func(n int) bool { return n == 0 })
		v := fromUniform(counts, modes)
		occurred += float64(len(counts)) / draws
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
