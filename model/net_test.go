package model_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gorgan/model"
)

// TestInitialWeights: normal with standard deviation 1/sqrt(in/2), within five
// standard errors; biases 0; each tensor's draws its own.
func TestInitialWeights(t *testing.T) {
	p, err := model.NewProbe(device(t), model.Default())
	must(t, err)
	tensors, err := p.Tensors()
	must(t, err)
	first := map[float32]string{}
	weights := 0
	for _, w := range tensors {
		var sum, squares, fourth float64
		for _, v := range w.Values {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		n := float64(len(w.Values))
		switch {
		case strings.HasPrefix(w.Name, "adam."):
		case strings.HasSuffix(w.Name, ".bias"):
			if squares != 0 {
				t.Errorf("%s is not 0", w.Name)
			}
		default:
			weights++
			stddev := 1 / math.Sqrt(float64(w.Shape[0])/2)
			if z := sum / n / (stddev / math.Sqrt(n)); math.Abs(z) > 5 {
				t.Errorf("%s: the mean is %.1f standard errors from 0", w.Name, z)
			}
			got := math.Sqrt(squares / n)
			if z := (got - stddev) / (stddev / math.Sqrt(2*n)); math.Abs(z) > 5 {
				t.Errorf("%s: the standard deviation is %v, %.1f standard errors from %v", w.Name, got, z, stddev)
			}
			// A normal variable's fourth moment is 3, with variance 96.
			for _, v := range w.Values {
				fourth += math.Pow(float64(v)/stddev, 4)
			}
			if z := (fourth/n - 3) / math.Sqrt(96/n); math.Abs(z) > 5 {
				t.Errorf("%s: the fourth moment is %v, %.1f standard errors from 3", w.Name, fourth/n, z)
			}
			// In units of the deviation, a tensor that reuses another's stream begins alike.
			unit := float32(math.Round(float64(w.Values[0])/stddev*1e5) / 1e5)
			if other := first[unit]; other != "" {
				t.Errorf("%s begins as %s does", w.Name, other)
			}
			first[unit] = w.Name
		}
	}
	if weights != 4 {
		t.Errorf("got %d weights, want 4", weights)
	}
}

// TestUniformWeights: on [-scale, scale), with the variance of that, each net's own
// scale; every tensor's draws its own.
func TestUniformWeights(t *testing.T) {
	c := model.Default()
	c.GenInitScale, c.DisInitScale, c.Classes = 0.05, 0.005, 10
	p, err := model.NewProbe(device(t), c)
	must(t, err)
	tensors, err := p.Tensors()
	must(t, err)
	first := map[float32]string{}
	for _, w := range tensors {
		if !isParameter(w.Name) || strings.HasSuffix(w.Name, ".bias") {
			continue
		}
		scale := c.GenInitScale
		if strings.HasPrefix(w.Name, "discriminator") {
			scale = c.DisInitScale
		}
		var sum, squares, largest float64
		for _, v := range w.Values {
			sum += float64(v)
			squares += float64(v) * float64(v)
			largest = max(largest, math.Abs(float64(v)))
		}
		n := float64(len(w.Values))
		// Of a uniform variable on [-1,1) the variance is 1/3, that of its square 4/45.
		if z := sum / scale / math.Sqrt(n/3); math.Abs(z) > 5 {
			t.Errorf("%s: the mean is %.1f standard errors from 0", w.Name, z)
		}
		if z := (squares/scale/scale - n/3) / math.Sqrt(n*4/45); math.Abs(z) > 5 {
			t.Errorf("%s: the variance is %.1f standard errors off", w.Name, z)
		}
		if largest > scale {
			t.Errorf("%s: a value of %v, want at most %v", w.Name, largest, scale)
		}
		unit := float32(math.Round(float64(w.Values[0])/scale*1e5) / 1e5)
		if other := first[unit]; other != "" {
			t.Errorf("%s begins as %s does", w.Name, other)
		}
		first[unit] = w.Name
	}
	if len(first) != 6 {
		t.Errorf("got %d weights, want 6", len(first))
	}
}

// TestSeedsDiffer in either of a seed's halves.
func TestSeedsDiffer(t *testing.T) {
	seen := map[string]uint64{}
	for _, seed := range []uint64{1, 2, 1 + 1<<32} {
		h := stateOf(t, trainerOf(t, small(func(c *model.Config) { c.Seed = seed }))).WeightHash()
		if other, ok := seen[h]; ok {
			t.Errorf("seeds %d and %d begin with the same weights", other, seed)
		}
		seen[h] = seed
	}
}

// TestWeightHash: every value of the two nets counts, and nothing else.
func TestWeightHash(t *testing.T) {
	s := stateOf(t, trainerOf(t, small()))
	want := s.WeightHash()
	for _, w := range s.Tensors {
		for i := range w.Values {
			was := w.Values[i]
			w.Values[i]++
			if same := s.WeightHash() == want; same != strings.HasPrefix(w.Name, "adam.") {
				t.Errorf("%s, value %d: the hash stays: %v", w.Name, i, same)
			}
			w.Values[i] = was
		}
	}
}

// TestNets: the tutorial's two nets, counted by hand.
func TestNets(t *testing.T) {
	got := (&model.State{Config: model.Default()}).Nets()
	want := []model.Net{
		{Name: "generator", Parameters: 100*256 + 256 + 256*784 + 784, Layers: []model.Layer{
			{Name: "generator.0", In: 100, Out: 256, Activation: "relu", Parameters: 25856},
			{Name: "generator.1", In: 256, Out: 784, Activation: "sigmoid", Parameters: 201488},
		}},
		{Name: "discriminator", Parameters: 784*256 + 256 + 256 + 1, Layers: []model.Layer{
			{Name: "discriminator.0", In: 784, Out: 256, Activation: "relu", Parameters: 200960},
			{Name: "discriminator.1", In: 256, Out: 1, Activation: "linear", Parameters: 257},
		}},
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Error(d)
	}
}

// TestNetsOfVariants: pieces, labels and packs are counted in, and the parameters are
// those of the state.
func TestNetsOfVariants(t *testing.T) {
	c := small(func(c *model.Config) {
		c.DisActivation, c.MaxoutPieces, c.Classes, c.Pack = "maxout", 3, 10, 2
		c.DisDropoutInput = 0.2 // a layer before the first with parameters
	})
	s := stateOf(t, trainerOf(t, c))
	want := []model.Net{
		{Name: "generator", Parameters: 16*8 + 9*16, Layers: []model.Layer{
			{Name: "generator.0", In: 15, Out: 8, Activation: "relu", Parameters: 16 * 8},
			{Name: "generator.1", In: 8, Out: 16, Activation: "sigmoid", Parameters: 9 * 16},
		}},
		{Name: "discriminator", Parameters: 53*18 + 7, Layers: []model.Layer{
			{Name: "discriminator.0", In: 2 * 26, Out: 6, Activation: "maxout", Parameters: 53 * 18},
			{Name: "discriminator.1", In: 6, Out: 1, Activation: "linear", Parameters: 7},
		}},
	}
	got := s.Nets()
	if d := cmp.Diff(got, want); d != "" {
		t.Error(d)
	}
	held := 0
	for _, w := range s.Tensors {
		if isParameter(w.Name) {
			held += len(w.Values)
		}
	}
	if n := got[0].Parameters + got[1].Parameters; n != held {
		t.Errorf("counted %d parameters, the state has %d", n, held)
	}
}
