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
		{Name: "generator", Parameters: 100*256 + 256 + 256*784 + 784, Text: "dense 256 relu, dense 28x28x1 sigmoid", Layers: []model.Layer{
			{Name: "generator.0", In: 100, Out: 256, Activation: "relu", Kind: "dense", Parameters: 25856, Multiplications: 25600},
			{Name: "generator.1", In: 256, Out: 784, Activation: "sigmoid", Kind: "dense", Parameters: 201488, Multiplications: 200704},
		}},
		{Name: "discriminator", Parameters: 784*256 + 256 + 256 + 1, Text: "dense 256 relu, dense 1 linear", Layers: []model.Layer{
			{Name: "discriminator.0", In: 784, Out: 256, Activation: "relu", Kind: "dense", Parameters: 200960, Multiplications: 200704},
			{Name: "discriminator.1", In: 256, Out: 1, Activation: "linear", Kind: "dense", Parameters: 257, Multiplications: 256},
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
		{Name: "generator", Parameters: 16*8 + 9*16, Text: "dense 8 relu, dense 4x4x1 sigmoid", Layers: []model.Layer{
			{Name: "generator.0", In: 15, Out: 8, Activation: "relu", Kind: "dense", Parameters: 16 * 8, Multiplications: 15 * 8},
			{Name: "generator.1", In: 8, Out: 16, Activation: "sigmoid", Kind: "dense", Parameters: 9 * 16, Multiplications: 8 * 16},
		}},
		{Name: "discriminator", Parameters: 53*18 + 7, Text: "dropout 0.2, dense 6 maxout, dense 1 linear", Layers: []model.Layer{
			{Name: "discriminator.0", In: 2 * 26, Out: 6, Activation: "maxout", Kind: "dense", Parameters: 53 * 18, Multiplications: 52 * 18},
			{Name: "discriminator.1", In: 6, Out: 1, Activation: "linear", Kind: "dense", Parameters: 7, Multiplications: 6},
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

// TestForm: the line of a net has the shapes of images, and each activation once.
func TestForm(t *testing.T) {
	for _, test := range []struct {
		change   func(*model.Config)
		gen, dis string
	}{
		{nil, "100 -> 256 relu -> 784 sigmoid, 227344 parameters", "784 -> 256 relu -> 1 linear, 201217 parameters"},
		{func(c *model.Config) {
			c.Arch, c.NetWidth, c.NoiseDim, c.Height, c.Width, c.Channels = model.DCGAN, 2, 5, 16, 24, 3
		}, // dense 5*96+4+4, up 4*4*2*4+2+2, up 4*4*3*2+3; 2*4 and 2*2 averages
			"5 -> 4x6x4 relu -> 8x12x2 relu -> 16x24x3 sigmoid, 719 parameters and 12 running averages",
			// 4*4*3*2+2, 4*4*2*4+4+4, 96+1
			"16x24x3 -> 8x12x2 leaky-relu -> 4x6x4 leaky-relu -> 1 linear, 331 parameters"},
		{func(c *model.Config) {
			c.Arch, c.NetWidth, c.NoiseDim, c.DisNorm, c.Height, c.Width = model.DCGAN, 2, 5, model.NoNorm, 16, 16
		}, "5 -> 4x4x4 relu -> 8x8x2 relu -> 16x16x1 sigmoid, 493 parameters and 12 running averages",
			"16x16x1 -> 8x8x2 leaky-relu -> 4x4x4 leaky-relu -> 1 linear, 231 parameters"},
	} {
		c := model.Default()
		if test.change != nil {
			test.change(&c)
		}
		nets := (&model.State{Config: c}).Nets()
		if gen, dis := nets[0].Form(), nets[1].Form(); gen != test.gen || dis != test.dis {
			t.Errorf("got\n%s\n%s, want\n%s\n%s", gen, dis, test.gen, test.dis)
		}
	}
}

// TestResidualForm: what follows a residual sum has the shape of the sum's images, and a net with one is written as its text.
func TestResidualForm(t *testing.T) {
	image := func(side, channels int) []int { return []int{side, side, channels} }
	net := model.Net{Parameters: 9, Text: "down 4 relu, residual (...)", Layers: []model.Layer{
		{Kind: "conv", In: 48, Out: 64, InImage: image(4, 3), OutImage: image(4, 4), Activation: "relu"},
		{Kind: "conv", In: 64, Out: 128, InImage: image(4, 4), OutImage: image(4, 8)},
		{Kind: "downsample", In: 128, Out: 32, InImage: image(4, 8), OutImage: image(2, 8)},
		{Kind: "downsample", In: 64, Out: 16, InImage: image(4, 4), OutImage: image(2, 4)},
		{Kind: "conv", In: 16, Out: 32, InImage: image(2, 4), OutImage: image(2, 8)},
		{Kind: "residual", In: 64, Out: 32},
		{Kind: "bias", In: 32, Out: 32, Activation: "leaky-relu"},
		{Kind: "dense", In: 32, Out: 1, Activation: "linear"},
	}}
	if got, want := net.Form(), "4x4x3 -> down 4 relu, residual (...), 9 parameters"; got != want {
		t.Errorf("the form is %q, want %q", got, want)
	}
	if _, got := net.Shapes(6); got != "2x2x8" {
		t.Errorf("the bias behind the sum makes %s, want 2x2x8", got)
	}
}
