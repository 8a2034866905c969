package evaluate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/stat"
)

// measureKID computes the kernel distance ("KID") of Bińkowski et al., "Demystifying MMD GANs" (2018),
// between the features of s and of the test images. It is the squared maximum mean discrepancy for
// the kernel (x·y/dim + 1)³, where dim is the number of features. The estimate is unbiased: its mean
// over many samples does not depend on how many images there are, and it can be below 0.
//
// The features are divided by their root mean square over the test images. So x·y/dim is about 1, as
// for the features that the paper has. Otherwise the scale of a classifier's features, which means
// nothing, would decide how much a few large ones weigh.
//
// Their program takes the mean over random subsets, to save time. measureKID takes all pairs of
// images, which has less noise. Its standard error is the jackknife's: see kid.
func measureKID(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	for _, r := range []*imageSet{s, e.test} {
		if err := r.atLeast(kidImages, "kernel distance"); err != nil {
			return nil, err
		}
	}
	fake, err := e.outputs(ctx, s)
	if err != nil {
		return nil, err
	}
	real, err := e.outputs(ctx, e.test)
	if err != nil {
		return nil, err
	}
	var sums kidSums
	if sums.fakes, err = e.kernelSums(ctx, s); err != nil {
		return nil, err
	}
	if sums.reals, err = e.kernelSums(ctx, e.test); err != nil {
		return nil, err
	}
	gamma := kernelScale(real.features)
	if sums.fakeReal, err = e.distances.kernelSums(ctx, fake.features, real.features, gamma, false); err != nil {
		return nil, err
	}
	if sums.realFake, err = e.distances.kernelSums(ctx, real.features, fake.features, gamma, false); err != nil {
		return nil, err
	}
	distance, standardError := sums.kid()
	return []Figure{{Name: "kid", Better: Lower, Value: distance, Spread: standardError, Over: "images, standard error",
		Against: e.test.split, Note: "unbiased"}}, nil
}

// kidImages is the smallest number of images of each side. The jackknife leaves one out, and two
// must stay.
const kidImages = 3

// kidSums are the sums of the kernel over pairs of images.
type kidSums struct {
	fakes, reals []float64 // of each image with the others of its side
	fakeReal     []float64 // of each fake image with all real ones
	realFake     []float64 // of each real image with all fake ones
}

// kid returns the unbiased estimate, and its standard error by the jackknife of Arvesen,
// "Jackknifing U-statistics" (1969): it computes the estimate anew without each one of the fake
// images, and then without each one of the real ones. The variances of both sides are added.
func (k kidSums) kid() (distance, standardError float64) {
	m, n := float64(len(k.fakes)), float64(len(k.reals))
	fakes, reals, cross := sum(k.fakes), sum(k.reals), sum(k.fakeReal)
	estimate := func(m, n, fakes, reals, cross float64) float64 {
		return fakes/(m*(m-1)) + reals/(n*(n-1)) - 2*cross/(m*n)
	}
	var without [2][]float64
	for i, own := range k.fakes {
		without[0] = append(without[0], estimate(m-1, n, fakes-2*own, reals, cross-k.fakeReal[i]))
	}
	for i, own := range k.reals {
		without[1] = append(without[1], estimate(m, n-1, fakes, reals-2*own, cross-k.realFake[i]))
	}
	var variance float64
	for _, estimates := range without {
		variance += stat.PopVariance(estimates, nil) * float64(len(estimates)-1)
	}
	return estimate(m, n, fakes, reals, cross), math.Sqrt(variance)
}

func sum(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// kernelSums returns the sum of the kernel over the others of s, for the features of each image.
func (e *Evaluator) kernelSums(ctx context.Context, s *imageSet) ([]float64, error) {
	if s.kernelSums != nil {
		return s.kernelSums, nil
	}
	out, err := e.outputs(ctx, s)
	if err != nil {
		return nil, err
	}
	real, err := e.outputs(ctx, e.test)
	if err != nil {
		return nil, err
	}
	s.kernelSums, err = e.distances.kernelSums(ctx, out.features, out.features, kernelScale(real.features), true)
	return s.kernelSums, err
}

// kernelScale returns what makes the mean product of a row with itself 1: one divided by the sum of
// squares of a mean row. It returns 0 for rows of zeros.
func kernelScale(features matrix) float64 {
	var squares float64
	for _, v := range features.values {
		squares += float64(v) * float64(v)
	}
	if squares == 0 {
		return 0
	}
	return float64(features.Len()) / squares
}

// kernelSums returns the sum of the kernel (gamma·x·y + 1)³ over the rows y of b, for each row x of a.
// others leaves out the row's own place.
func (d *distances) kernelSums(ctx context.Context, a, b rows, gamma float64, others bool) ([]float64, error) {
	sums := make([]float64, a.Len())
	err := d.products(ctx, a, b, func(i, j int, products []float32) {
		total := sums[i]
		for c, p := range products {
			if k := gamma*float64(p) + 1; !(others && j+c == i) {
				total += k * k * k
			}
		}
		sums[i] = total
	})
	if err != nil {
		return nil, err
	}
	return sums, nil
}
