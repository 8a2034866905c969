package model_test

import (
	"maps"
	"math"
	"math/cmplx"
	"slices"
	"strings"

	"gorgan/model"
)

// reference trains the nets in double precision, row by row, by the formulas of the papers. It has
// no backward code. Its numbers are complex: the derivative of an objective by a weight is the
// imaginary part of the objective after a step of the weight along the imaginary axis (Squire and
// Trapp, "Using complex variables to estimate derivatives of real functions", 1998). This
// difference quotient has no cancellation and crosses no kink. D's gradient at its input is
// computed forward, one direction after the other.
type reference struct {
	config model.Config
	code   []complex128                    // of the row that D's autoencoder was applied to last
	k      float64                         // of began
	values map[string][]complex128         // parameters by name
	moment map[string]map[string][]float64 // optimizer's state, by kind and parameter
	mean   map[string][]float64            // average of G's parameters
	update map[string]int                  // updates done, by net
}

func newReference(s *model.State) *reference {
	r := &reference{config: s.Config, values: map[string][]complex128{}, moment: map[string]map[string][]float64{},
		mean: map[string][]float64{}, update: map[string]int{}}
	for _, kind := range []string{"m", "v", "sum", "velocity"} {
		r.moment[kind] = map[string][]float64{}
	}
	for _, t := range s.Tensors {
		if t.Name == "began.k" {
			r.k = float64(t.Values[0])
		}
		if strings.HasPrefix(t.Name, "generator") || strings.HasPrefix(t.Name, "discriminator") {
			r.values[t.Name] = onAxis(wide(t.Values))
			for kind := range r.moment {
				r.moment[kind][t.Name] = make([]float64, len(t.Values))
			}
			for i := range t.Values {
				r.moment["sum"][t.Name][i] = 0.1 // as TensorFlow's AdagradOptimizer
			}
			if s.Config.EMA > 0 && strings.HasPrefix(t.Name, "generator") {
				r.mean[t.Name] = wide(t.Values)
			}
		}
	}
	return r
}

func onAxis(values []float64) []complex128 {
	c := make([]complex128, len(values))
	for i, v := range values {
		c[i] = complex(v, 0)
	}
	return c
}

func parts(values []complex128) []float64 {
	x := make([]float64, len(values))
	for i, v := range values {
		x[i] = real(v)
	}
	return x
}

// names returns the names of the parameters of a net.
func (r *reference) names(net string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.values)), func(n string) bool { return !strings.HasPrefix(n, net) })
}

// disInput is D's input at one stage of a step.
type disInput struct {
	step, stage int
	real, fake  []complex128
	labels      []uint32
	codes       []complex128     // of the fake images, (B, codes)
	keep        [][][]complex128 // factors of dropout, by row and layer
}

// disOutput is D's outputs and the penalty.
type disOutput struct {
	real, fake             []complex128   // outputs, a row each
	besideReal, besideFake [][]complex128 // what the rows have beside these
	codes                  [][]complex128 // of fake images, of an autoencoder
	penalty                complex128
	of                     disInput
}

// forwardDis applies D to fake images, and to real ones unless they are nil. The rows are numbered
// as in the discriminator's input: penalty points, then real and fake images, or fake before real
// if only fake ones have a penalty.
func (r *reference) forwardDis(s disInput) disOutput {
	c := r.config
	width := c.Pack * c.Values()
	rows := len(s.fake) / width
	point, realRow, fakeRow := 0, 0, rows
	if c.Loss == "wgan-gp" || c.Loss == "dragan" {
		realRow, fakeRow = realRow+rows, fakeRow+rows
	}
	if c.R2 > 0 && c.R1 == 0 {
		realRow, fakeRow = fakeRow, realRow
	}
	s.real, s.fake = r.augmented(s, realRow < fakeRow)
	x, fake := s.real, s.fake
	if c.InstanceNoise > 0 {
		x, fake = r.noisy(s, realRow < fakeRow)
	}
	result := disOutput{of: s}
	penalise := func(image []complex128, first int, weight, centre float64) {
		for i, row := range slices.Collect(slices.Chunk(image, width)) {
			_, _, slopes := r.disRow(s, row, i, first, true)
			squares := complex128(0)
			for _, slope := range slopes {
				squares += slope * slope
			}
			off := squares
			if centre != 0 {
				norm := cmplx.Sqrt(squares)
				off = (norm - complex(centre, 0)) * (norm - complex(centre, 0))
			}
			result.penalty += complex(weight/float64(rows), 0) * off
		}
	}
	forward := func(images []complex128, first int) (outputs []complex128, beside [][]complex128) {
		i := 0
		for row := range slices.Chunk(images, width) {
			y, more, _ := r.disRow(s, row, i, first, false)
			outputs, beside = append(outputs, y), append(beside, more)
			result.codes = append(result.codes, r.code)
			i++
		}
		return outputs, beside
	}
	result.real, result.besideReal = forward(x, realRow)
	result.codes = nil
	result.fake, result.besideFake = forward(fake, fakeRow)
	if s.stage == genStage {
		return result
	}
	switch c.Loss {
	case "wgan-gp":
		penalise(r.between(s, x, fake), point, c.GPWeight, 1)
	case "dragan":
		penalise(r.around(s, x), point, c.GPWeight, 1)
	}
	if c.R1 > 0 {
		penalise(x, realRow, c.R1/2, 0)
	}
	if c.R2 > 0 {
		penalise(fake, fakeRow, c.R2/2, 0)
	}
	return result
}

// disRow returns D's output on row i of a group that begins at row first, what is beside it, and, if asked, the
// slopes of the output.
func (r *reference) disRow(s disInput, row []complex128, i, first int, asked bool) (y complex128, beside, slopes []complex128) {
	var labels []uint32
	if s.labels != nil {
		labels = s.labels[i*r.config.Pack:][:r.config.Pack]
	}
	out, all := r.forward("discriminator", row, labels, s.keep[first+i], asked)
	if r.autoencodes() {
		y, all = r.reconstruction(row, out, all)
		out = []complex128{y}
	}
	y, beside = r.logit(out, labels)
	for _, slope := range all {
		of, _ := r.logit(slope, labels)
		slopes = append(slopes, of)
	}
	return y, beside, slopes
}

func meanOf(values []complex128, f func(complex128) complex128) complex128 {
	sum := complex128(0)
	for _, v := range values {
		sum += f(v)
	}
	return sum / complex(float64(len(values)), 0)
}

func same(x complex128) complex128 { return x }

// above is max(0,x).
func above(x complex128) complex128 {
	if real(x) < 0 {
		return 0
	}
	return x
}

// pairs returns the differences a-b.
func pairs(a, b []complex128) []complex128 {
	d := slices.Clone(a)
	for i := range d {
		d[i] -= b[i]
	}
	return d
}

// disLoss returns D's loss with penalties and heads.
func (r *reference) disLoss(s disInput) complex128 {
	see := r.forwardDis(s)
	return r.disLossOn(see) + r.disHeads(see)
}

// genLoss returns G's loss with heads.
func (r *reference) genLoss(s disInput) complex128 {
	see := r.forwardDis(s)
	return r.genLossOn(see) + r.genHeads(see)
}

// disLossOn returns D's loss with penalties, from D's outputs.

func (r *reference) disLossOn(see disOutput) complex128 {
	mean := func(x []complex128, f func(complex128) complex128) complex128 { return meanOf(x, f) }
	target := complex(1-r.config.LabelSmoothing, 0)
	switch r.config.Loss {
	case "least-squares":
		return mean(see.real, func(x complex128) complex128 { return (x - 1) * (x - 1) / 2 }) +
			mean(see.fake, func(x complex128) complex128 { return x * x / 2 }) + see.penalty
	case "wgan", "wgan-gp":
		return mean(see.fake, same) - mean(see.real, same) + see.penalty
	case "hinge":
		return mean(see.real, func(x complex128) complex128 { return above(1 - x) }) +
			mean(see.fake, func(x complex128) complex128 { return above(1 + x) }) + see.penalty
	case "relativistic":
		return mean(pairs(see.fake, see.real), softplus) + see.penalty
	case "ebgan":
		margin := complex(r.config.Margin, 0)
		return mean(see.real, same) + mean(see.fake, func(x complex128) complex128 { return above(margin - x) }) + see.penalty
	case "began":
		return mean(see.real, same) - complex(r.k, 0)*mean(see.fake, same) + see.penalty
	case "non-saturating", "minimax", "bce", "dragan":
		onData := mean(see.real, func(x complex128) complex128 { return target*softplus(-x) + (1-target)*softplus(x) })
		return onData + mean(see.fake, softplus) + see.penalty
	}
	panic(noOracle(r.config.Loss))
}

// noOracle is the failure of a test that does not know a loss.
func noOracle(loss string) string {
	return "the loss " + loss + " has no oracle: add it to reference_test.go and autodiff_test.go"
}

func (r *reference) genLossOn(see disOutput) complex128 {
	switch r.config.Loss {
	case "minimax":
		return -meanOf(see.fake, softplus)
	case "least-squares":
		return meanOf(see.fake, func(x complex128) complex128 { return (x - 1) * (x - 1) / 2 })
	case "wgan", "wgan-gp", "hinge":
		return -meanOf(see.fake, same)
	case "relativistic":
		return meanOf(pairs(see.real, see.fake), softplus)
	case "ebgan", "began":
		loss := meanOf(see.fake, same)
		if r.config.PullAway > 0 {
			n := len(see.codes) / r.config.Shards // a shard's codes are compared with each other
			for codes := range slices.Chunk(see.codes, n) {
				loss += complex(r.config.PullAway/float64(r.config.Shards), 0) * pullAway(codes)
			}
		}
		return loss
	case "non-saturating", "bce", "dragan":
		return meanOf(see.fake, func(x complex128) complex128 { return softplus(-x) })
	}
	panic(noOracle(r.config.Loss))
}

// gradients differentiates an objective by each parameter of a net.
func (r *reference) gradients(net string, objective func() complex128) map[string][]float64 {
	const h = 1e-100 // 1 plus its square is 1
	found := map[string][]float64{}
	for _, name := range r.names(net) {
		v, g := r.values[name], make([]float64, len(r.values[name]))
		for i, was := range v {
			v[i] = was + complex(0, h)
			g[i] = imag(objective()) / h
			v[i] = was
		}
		found[name] = g
	}
	return found
}

func (r *reference) disGradients(in inputs) map[string][]float64 {
	s := r.shown(in, in.nth)
	return r.gradients("discriminator", func() complex128 { return r.disLoss(s) })
}

func (r *reference) genGradients(in inputs) map[string][]float64 {
	return r.gradients("generator", func() complex128 { return r.genLoss(r.shown(in, genStage)) })
}

// shown returns D's input for a batch and noise.
func (r *reference) shown(in inputs, stage int) disInput {
	return disInput{in.step, stage, onAxis(in.x), r.generate(in.z, in.labels), in.labels, r.codes(in.z), r.keeps(in.step, stage)}
}

// isCritic reports whether D's output is not the logit of a probability.
func (r *reference) isCritic() bool {
	return slices.Contains([]string{"least-squares", "wgan", "wgan-gp", "hinge", "relativistic", "ebgan", "began"}, r.config.Loss)
}

// probability returns the D(x) that metrics show.
func (r *reference) probability(x complex128) complex128 {
	if r.isCritic() {
		return x
	}
	return logistic(x)
}

// value returns V(D,G) and the estimate of the divergence, from D's outputs.
func (r *reference) value(see disOutput) (v, jsd float64) {
	if r.isCritic() {
		return 0, 0
	}
	v = -real(meanOf(see.real, func(x complex128) complex128 { return softplus(-x) }) + meanOf(see.fake, softplus))
	return v, (v + math.Log(4)) / 2
}
