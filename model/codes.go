package model

import (
	"math"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/streams"
)

// Codes are parts of G's input beside the noise, which D is asked for: Chen et al., "InfoGAN: Interpretable
// Representation Learning by Information Maximizing Generative Adversarial Nets" (2016). The heads of D are the
// paper's Q. Their input is that of D's last layer, where the paper has one more hidden layer. A row of G's input is
//
//	[ noise | the categorical code as a one-hot vector | continuous codes, uniform on [-1,1) ]
//
// With the paper's bound L = H(c) - E[-log Q(c|G(z,c))] of the mutual information of codes and images (equation 5),
//
//	D: its loss - weight · L        G: its loss - weight · L
//
// where the categorical code has the weight code_weight and the continuous ones have code_value_weight.
// Q is a softmax for the categorical code, and for a continuous one a normal distribution around D's value v with a
// variance of 1, as in the authors' program. So -log Q is (v-c)²/2 and a constant. A variance that is learned goes to 0
// as the code is found, and then the loss has no bound. Constants have no gradient, and are left out of the loss.

// codeDim returns the number of values of the codes.
func (c Config) codeDim() int { return c.CodeClasses + c.CodeValues }

// InputDim returns the number of values of a row of G's input: the noise, and the codes behind it.
func (c Config) InputDim() int { return c.NoiseDim + c.codeDim() }

// codes are those of a batch of fake images.
type codes struct {
	classes *graph.Value // (B, CodeClasses), one-hot vectors, nil for none
	values  *graph.Value // (B, CodeValues), nil for none
}

// drawCodes appends random codes for a stage of the step of a number (1).
func (g *game) drawCodes(b *graph.Builder, number *tensor.Dense, stage kernels.Stream) (drawn codes) {
	c := g.config
	if c.CodeClasses > 0 {
		drawn.classes = b.LargestOneHot(b.Uniform(g.random(b, number, streams.Codes+stage), c.BatchSize, c.CodeClasses))
	}
	if c.CodeValues > 0 {
		drawn.values = b.Uniform(g.random(b, number, streams.CodeValues+stage), c.BatchSize, c.CodeValues)
	}
	return drawn
}

// rows returns the codes of some of the images.
func (c codes) rows(b *graph.Builder, first, n int) (some codes) {
	if c.classes != nil {
		some.classes = b.Rows(c.classes, first, n)
	}
	if c.values != nil {
		some.values = b.Rows(c.values, first, n)
	}
	return some
}

// beside returns G's input for noise (B, NoiseDim).
func (c codes) beside(b *graph.Builder, noise *graph.Value) *graph.Value {
	all := []*graph.Value{noise}
	for _, v := range []*graph.Value{c.classes, c.values} {
		if v != nil {
			all = append(all, v)
		}
	}
	return b.Beside(all...)
}

// codeLoss returns the loss of t's codes, which D finds in the fake images. It stores its values in the shard's stats from
// stat on.
func (s *shard) codeLoss(b *graph.Builder, t turn, d disForward, stat int) (seeds []graph.Seed) {
	c := s.config
	first := 1
	if c.classifies() {
		first += c.Pack * c.Classes
	}
	if c.CodeClasses > 0 {
		logits := s.head(b, d, d.groups.fake, first, c.CodeClasses)
		seeds = append(seeds, s.part(b, b.SoftmaxLogits(logits, t.code.classes, float32(c.CodeWeight)), stat))
		first += c.Pack * c.CodeClasses
	}
	if c.CodeValues > 0 {
		found := s.head(b, d, d.groups.fake, first, c.CodeValues)
		off := b.Sub(found, t.code.values)
		// The kernel's mean is over all values, and the loss is the mean of sums over an image's.
		seeds = append(seeds, s.part(b, b.LeastSquares(off, 0, float32(c.valueWeight())), stat+codeValueStat-codeClassStat))
	}
	return seeds
}

// valueWeight is that of the mean squared error of the continuous codes.
func (c Config) valueWeight() float64 { return c.CodeValueWeight * float64(c.CodeValues) / 2 }

// code sets the figures of the codes in m. at returns an element of the stats.
func (m *Metrics) code(c Config, at func(stat int) float64) {
	if c.CodeClasses > 0 {
		m.CodeAccuracy = at(codeClassStat + 1)
		m.CodeInformation = math.Log(float64(c.CodeClasses)) - at(codeClassStat)/c.CodeWeight
	}
	if c.CodeValues > 0 {
		squares := at(codeValueStat) / c.valueWeight()
		m.CodeError = math.Sqrt(squares)
		// H(c) is log 2, and a normal distribution with the variance of the errors has the least cross-entropy.
		m.CodeValueInformation = float64(c.CodeValues) * (math.Log(2) - math.Log(2*math.Pi*math.E*max(squares, 1e-12))/2)
	}
}

// Code is what codes images are to be made with.
type Code struct {
	Class  int       // of the categorical code, -1 for that of the seed
	Values []float32 // the continuous codes, NaN for that of the seed; those that are missing are of the seed too
}

// SetCode sets the codes in a row of G's input (InputDim). Class must be below c.CodeClasses, and there must be no more
// than c.CodeValues values.
func (c Config) SetCode(row []float32, code Code) {
	codes := row[c.NoiseDim:]
	if code.Class >= 0 {
		clear(codes[:c.CodeClasses])
		codes[code.Class] = 1
	}
	for i, v := range code.Values {
		if v == v {
			codes[c.CodeClasses+i] = v
		}
	}
}

// Codes returns the classes (len(seeds)) of the categorical code of the samples of seeds, or nil without such a code.
func (c Config) Codes(seeds []uint64) []int {
	if c.CodeClasses == 0 {
		return nil
	}
	all := make([]int, len(seeds))
	uniform := make([]float32, c.CodeClasses)
	for i, seed := range seeds {
		all[i] = drawnClass(uniform, seed)
	}
	return all
}

// drawnClass returns that of the categorical code of the sample of a seed: the place of the largest of the random
// numbers that it writes to uniform (CodeClasses).
func drawnClass(uniform []float32, seed uint64) int {
	kernels.Uniform(uniform, kernels.Key(seed), streams.SampleCodes, 0)
	return slices.Index(uniform, slices.Max(uniform))
}

// writeCodes writes the codes of the sample of a seed to code (codeDim).
func (c Config) writeCodes(code []float32, seed uint64) {
	if classes := code[:c.CodeClasses]; len(classes) > 0 {
		drawn := drawnClass(classes, seed)
		clear(classes)
		classes[drawn] = 1
	}
	kernels.Uniform(code[c.CodeClasses:], kernels.Key(seed), streams.SampleCodes+1, 0)
}
