package model_test

import (
	"math"
	"slices"
	"testing"

	"gorgan/kernels"
	"gorgan/model"
)

// TestCodesOfSeeds: a seed's noise is what it is without codes, and behind it are its codes by the words of the generator,
// which the noise scale leaves alone.
func TestCodesOfSeeds(t *testing.T) {
	c := model.Config{NoiseDim: 6, NoiseScale: 0.5, CodeClasses: 3, CodeValues: 2}
	plain := model.Config{NoiseDim: 6, NoiseScale: 0.5}
	var seeds []uint64
	for i := range uint64(300) {
		seeds = append(seeds, i*i)
	}
	z, codes, seen := c.Noise(seeds), c.Codes(seeds), make([]int, 3)
	if c.InputDim() != 11 || len(z) != 11*len(seeds) || len(codes) != len(seeds) {
		t.Fatalf("got %d values and %d codes", len(z), len(codes))
	}
	for i, seed := range seeds {
		row := z[11*i:][:11]
		if want := plain.Noise([]uint64{seed}); !slices.Equal(row[:6], want) {
			t.Errorf("the noise of seed %d is %v, want %v", seed, row[:6], want)
		}
		word := func(k, stream uint32) float32 {
			w := kernels.Philox4x32([4]uint32{k / 4, 8<<16 + stream}, kernels.Key(seed))[k%4]
			return float32(w>>8)/(1<<23) - 1
		}
		uniform := []float32{word(0, 0), word(1, 0), word(2, 0)}
		want := make([]float32, 3)
		want[slices.Index(uniform, slices.Max(uniform))] = 1
		if want = append(want, word(0, 1), word(1, 1)); !slices.Equal(row[6:], want) || want[codes[i]] != 1 {
			t.Errorf("the codes of seed %d are %v and %d, want %v", seed, row[6:], codes[i], want)
		}
		seen[codes[i]]++
	}
	if slices.Min(seen) < 70 {
		t.Errorf("of 300 seeds, the classes of the code have %v", seen)
	}
	if plain.Codes(seeds) != nil {
		t.Error("there are codes without a code")
	}
}

// TestSetCode: what the user chooses takes the place of the seed's code, and the rest stays.
func TestSetCode(t *testing.T) {
	c := model.Config{NoiseDim: 2, NoiseScale: 1, CodeClasses: 3, CodeValues: 2}
	nan := float32(math.NaN())
	seed := c.Noise([]uint64{5})
	for _, tc := range []struct {
		code model.Code
		want []float32
	}{
		{model.Code{Class: -1}, seed[2:]},
		{model.Code{Class: 1}, append([]float32{0, 1, 0}, seed[5:]...)},
		{model.Code{Class: 2, Values: []float32{0.5}}, []float32{0, 0, 1, 0.5, seed[6]}},
		{model.Code{Class: -1, Values: []float32{nan, -3}}, append(slices.Clone(seed[2:6]), -3)},
	} {
		row := slices.Clone(seed)
		c.SetCode(row, tc.code)
		if !slices.Equal(row[:2], seed[:2]) || !slices.Equal(row[2:], tc.want) {
			t.Errorf("%+v makes %v of %v, want the codes %v", tc.code, row, seed, tc.want)
		}
	}
}

// TestCodesFound: of data in eight places, each class of a categorical code becomes images of one place, and each place has a
// class.
func TestCodesFound(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for a thousand steps")
	}
	c := small(func(c *model.Config) {
		c.Loss, c.R1, c.R2, c.CodeClasses = "relativistic", 0.002, 0.002, 8
		c.Height, c.Width, c.NoiseDim, c.GenHidden, c.DisHidden = 1, 2, 2, []int{64, 64}, []int{64, 64}
		c.GenActivation, c.DisActivation = "leaky-relu", "leaky-relu"
		c.BatchSize, c.Beta1, c.Beta2, c.EMA, c.LearningRate, c.LearningRateDecay = 128, 0, 0.99, 0.995, 4e-3, 0.9993
	})
	data := ring(8)
	trainer := newTrainer(t, cpu(t, 2), c, data.set(t, 4000))
	var last model.Metrics
	run(t, trainer, model.RunOptions{Steps: 2000, Display: func(m model.Metrics) error { last = m; return nil }})
	var seeds []uint64
	for i := range uint64(1000) {
		seeds = append(seeds, i)
	}
	points, err := trainer.Sample(c.Noise(seeds), nil)
	must(t, err)
	var counts [8][8]int // by code, and by the nearest place
	for i, code := range c.Codes(seeds) {
		nearest, least := 0, math.Inf(1)
		for k, centre := range data {
			if d := math.Hypot(float64(points[2*i])-centre[0], float64(points[2*i+1])-centre[1]); d < least {
				nearest, least = k, d
			}
		}
		counts[code][nearest]++
	}
	matched, places := 0, map[int]bool{}
	for _, of := range counts {
		most := slices.Max(of[:])
		matched, places[slices.Index(of[:], most)] = matched+most, true
	}
	if matched < 900 || len(places) < 7 || last.CodeAccuracy < 0.9 || last.CodeInformation < 1.8 {
		t.Errorf("%d of 1000 images are of the place of their code, in %d places; D finds %v of the codes, with %v nats of %v: %v",
			matched, len(places), last.CodeAccuracy, last.CodeInformation, math.Log(8), counts)
	}
}
