package evaluate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgan/dataset/raster"
	"gorgan/kernels"
)

// RunStacked measures stacked images: Samples.Values is (n, H, W, 3), and each channel is a grey
// image. The classifier finds the class of each channel. Each triple of classes is a mode, so MNIST
// has 1000. The figures are the number of modes that occur, and the divergence
// KL(samples ‖ uniform) of their frequencies in nats, as in Srivastava et al., "VEEGAN: reducing
// mode collapse in GANs using implicit variational learning" (2017). The program of Lin et al.,
// "PacGAN: the power of two samples in generative adversarial networks" (2018), takes 26,000
// samples. With so few samples the divergence is not 0 even if they are uniform: the report notes
// what to expect. The floor is real images, stacked by the evaluator's seed.
//
// RunStacked returns the errors of Run, and an error if there is no classifier by labels or if the
// reference has images in colour.
func (e *Evaluator) RunStacked(ctx context.Context, samples Samples, progress Progress) (*Report, error) {
	if err := e.missing(labelClassifier); err != nil {
		return nil, fmt.Errorf("evaluate: stacked: %w", err)
	}
	shape := e.reference.Train.Set.Shape()
	if shape.Channels != 1 {
		return nil, fmt.Errorf("evaluate: stacked: %v has images of %v, want grey images", e.reference.Train, shape)
	}
	images, err := samples.matrix(raster.Shape{Size: shape.Size, Channels: raster.RGB})
	if err != nil {
		return nil, err
	}
	n := images.Len()
	report, err := e.report(ctx, samples, n, progress)
	if err != nil {
		return nil, err
	}
	report.Floor = fmt.Sprintf("%d stacks of %v", n, e.reference.Train)
	e.stage("stacked", progress)
	sampled, err := e.logits(ctx, &imageSet{images: channels{images}, name: samples.Source})
	if err != nil {
		return nil, err
	}
	e.stage("stacked, floor", progress)
	train := e.floor(e.reference.Train.Len())
	real, err := e.logits(ctx, train)
	if err != nil {
		return nil, err
	}
	of := countModes(n, sampled.cols, func(i int) int { return likeliest(sampled.at(i)) })
	seed := kernels.Key(e.options.Seed)
	floor := countModes(n, sampled.cols, func(i int) int {
		return likeliest(real.at(int(kernels.Image(uint64(i), uint32(real.Len()), seed))))
	})
	modes := sampled.cols * sampled.cols * sampled.cols
	uniformModes, uniformDivergence := uniform(n, modes)
	report.Figures = []Figure{
		{Name: "modes", Unit: "modes", Better: Higher, Value: float64(len(of)), Floor: float64(len(floor)), FloorOf: train.split,
			Note: fmt.Sprintf("of %d; uniform samples have %.1f", modes, uniformModes)},
		{Name: "mode_divergence", Unit: "nats", Better: Lower, Value: fromUniform(of, modes), Floor: fromUniform(floor, modes), FloorOf: train.split,
			Note: fmt.Sprintf("uniform samples have %.4f", uniformDivergence)},
	}
	return report, nil
}

// channels is the channels of colour images as grey images of their own: first the three of the
// first image.
type channels struct{ of matrix }

func (c channels) Len() int   { return c.of.Len() * raster.RGB }
func (c channels) width() int { return c.of.cols / raster.RGB }
func (c channels) row(dst []float32, i int) error {
	from := c.of.at(i / raster.RGB)
	for k := range dst {
		dst[k] = from[k*raster.RGB+i%raster.RGB]
	}
	return nil
}

// countModes counts the triples of classes of n stacked images. It returns the counts of the modes
// that occur, in the order of the modes: with 1000 classes there are too many modes for a count of
// each. class returns the class of channel i%raster.RGB of stacked image i/raster.RGB.
func countModes(n, classes int, class func(i int) int) (counts []int) {
	modes := make([]int, n)
	for i := range modes {
		for c := range raster.RGB {
			modes[i] = modes[i]*classes + class(i*raster.RGB+c)
		}
	}
	slices.Sort(modes)
	for i, mode := range modes {
		if i == 0 || mode != modes[i-1] {
			counts = append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	return counts
}

// fromUniform returns KL(p ‖ uniform), the sum of p·log(p·modes) over the frequencies p of the modes
// that occur.
func fromUniform(counts []int, modes int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	divergence := math.Log(float64(modes))
	for _, c := range counts {
		divergence += xlogx(float64(c) / float64(total))
	}
	return divergence
}

// uniform returns the expected figures of n uniform samples of that many modes. The count of a mode
// has a binomial distribution, and the expectations are sums over its values. The divergence is
// about (modes-1)/2n, the first term of Miller, "Note on the bias of information estimates"
// (1955).
func uniform(n, modes int) (occurring, divergence float64) {
	p, total := 1/float64(modes), float64(n)
	occurring = float64(modes) * (1 - math.Pow(1-p, total))
	logFactorial := func(x float64) float64 { v, _ := math.Lgamma(x + 1); return v }
	divergence = math.Log(float64(modes))
	for x := 1.0; x <= total; x++ {
		log := logFactorial(total) - logFactorial(x) - logFactorial(total-x) + x*math.Log(p) + (total-x)*math.Log1p(-p)
		divergence += float64(modes) * math.Exp(log) * xlogx(x/total)
	}
	return occurring, divergence
}
