package evaluate

import (
	"context"
	"fmt"
	"math"

	"gorgan/dataset/raster"
	"gorgan/kernels"
)

// RunStacked measures stacked images: Samples.Values is (n, 3, pixels), with three grey images as
// the channels of a colour image. The classifier finds the class of each channel. Each triple of
// classes is a mode, so MNIST has 1000. The figures are the number of modes that occur, and the
// divergence KL(samples ‖ uniform) of their frequencies in nats, as in Srivastava et al.,
// "VEEGAN: reducing mode collapse in GANs using implicit variational learning" (2017). The
// program of Lin et al., "PacGAN: the power of two samples in generative adversarial networks"
// (2018), takes 26,000 samples. With so few samples the divergence is not 0 even if they are
// uniform: the report notes what to expect. The floor is real images, stacked by the evaluator's
// seed.
//
// RunStacked returns the errors of Run, and an error if there is no classifier.
func (e *Evaluator) RunStacked(ctx context.Context, samples Samples, progress Progress) (*Report, error) {
	if e.classifier == nil {
		return nil, fmt.Errorf("evaluate: stacked: %w", errNoClassifier)
	}
	pixels := e.reference.Train.width()
	images, err := samples.matrix(pixels)
	if err != nil {
		return nil, err
	}
	if images.Len()%raster.RGB != 0 {
		return nil, fmt.Errorf("evaluate: %s: %d images of %d pixels, want %d for each sample", samples.Source, images.Len(), pixels, raster.RGB)
	}
	n := images.Len() / raster.RGB
	report, err := e.report(ctx, samples, n, progress)
	if err != nil {
		return nil, err
	}
	report.Floor = fmt.Sprintf("%d stacks of %v", n, e.reference.Train)
	e.stage("stacked", progress)
	sampled, err := e.logits(ctx, &imageSet{images: images, name: samples.Source})
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
	uniformModes, uniformDivergence := uniform(n, len(of))
	report.Figures = []Figure{
		{Name: "modes", Unit: "modes", Better: Higher, Value: float64(occurring(of)), Floor: float64(occurring(floor)), FloorOf: train.split,
			Note: fmt.Sprintf("of %d; uniform samples have %.1f", len(of), uniformModes)},
		{Name: "mode_divergence", Unit: "nats", Better: Lower, Value: fromUniform(of), Floor: fromUniform(floor), FloorOf: train.split,
			Note: fmt.Sprintf("uniform samples have %.4f", uniformDivergence)},
	}
	return report, nil
}

// countModes counts the triples of classes of n stacked images. class returns the class of channel
// i%raster.RGB of stacked image i/raster.RGB.
func countModes(n, classes int, class func(i int) int) []int {
	counts := make([]int, classes*classes*classes)
	for i := range n {
		mode := 0
		for c := range raster.RGB {
			mode = mode*classes + class(i*raster.RGB+c)
		}
		counts[mode]++
	}
	return counts
}

// occurring returns the number of modes that occur.
func occurring(counts []int) int {
	n := 0
	for _, c := range counts {
		if c > 0 {
			n++
		}
	}
	return n
}

// fromUniform returns KL(p ‖ uniform), the sum of p·log(p·modes) over the frequencies p.
func fromUniform(counts []int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	divergence := math.Log(float64(len(counts)))
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
