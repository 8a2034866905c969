package evaluate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// selectOn is the number of validation images that choose sigma.
const selectOn = 1000

// measureParzen computes the log-likelihood of the test images under a Parzen window around the
// images c of s:
//
//	log p(x) = log mean_c exp(-|x-c|²/2σ²) - dim·log(σ√2π)
//
// The protocol is that of Goodfellow et al., "Generative adversarial nets" (2014), section 5, and
// of their parzen_ll.py. σ is one of 10 values from 0.1 to 1 with evenly spaced logarithms: the
// one that gives the first 1000 validation images the largest mean. The figure is the mean over
// the test images, and its spread their standard error.
//
// A figure above that of real images means little: Theis et al., "A note on the evaluation of
// generative models" (2016), show that centres found by k-means exceed real images.
func measureParzen(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	validation := e.reference.Validation
	validation.End = min(validation.End, validation.First+selectOn)
	p, err := e.distances.parzen(ctx, s.images, validation, e.reference.Test)
	if err != nil {
		return nil, err
	}
	return []Figure{
		{Name: "parzen", Unit: "nats", Better: Higher, Value: p.mean, Spread: p.standardError,
			Over: "images, standard error", Against: e.test.split},
		{Name: "parzen_sigma", Value: p.sigma, Against: validation.Name, Note: fmt.Sprintf("the first %d", validation.Len())},
	}, nil
}

// parzen is the result of the protocol.
type parzen struct {
	sigma               float64
	mean, standardError float64 // nats
}

func (d *distances) parzen(ctx context.Context, centres, validation, test rows) (parzen, error) {
	sigmas := make([]float64, 10)
	for i := range sigmas {
		sigmas[i] = math.Pow(10, float64(i)/9-1)
	}
	on, err := d.logLikelihoods(ctx, centres, validation, sigmas)
	if err != nil {
		return parzen{}, err
	}
	best, highest := 0, math.Inf(-1)
	for i := range sigmas {
		if mean := stat.Mean(on[i], nil); mean > highest {
			best, highest = i, mean
		}
	}
	of, err := d.logLikelihoods(ctx, centres, test, sigmas[best:best+1])
	if err != nil {
		return parzen{}, err
	}
	mean, variance := stat.PopMeanVariance(of[0], nil)
	return parzen{sigmas[best], mean, math.Sqrt(variance / float64(test.Len()))}, nil
}

// negligible is the exponent below which a term adds nothing. 10,000 such terms are less than the
// rounding error of the largest term.
const negligible = -50

// logLikelihoods returns log p of each row of x, for each sigma.
func (d *distances) logLikelihoods(ctx context.Context, centres, x rows, sigmas []float64) ([][]float64, error) {
	// The sums are of exp(-(|x-c|²-least)/2σ²), where least is |x-c|² of the nearest centre.
	least := make([]float64, x.Len())
	sums := make([][]float64, len(sigmas))
	for s := range sums {
		sums[s] = make([]float64, x.Len())
	}
	for i := range least {
		least[i] = math.Inf(1)
	}
	err := d.walk(ctx, x, centres, func(i, _ int, squared []float32) {
		nearest := least[i]
		for _, v := range squared {
			nearest = min(nearest, float64(v))
		}
		for s, sigma := range sigmas {
			scale := -1 / (2 * sigma * sigma)
			sum := 0.0
			if sums[s][i] > 0 {
				sum = sums[s][i] * math.Exp((least[i]-nearest)*scale)
			}
			for _, v := range squared {
				if t := (float64(v) - nearest) * scale; t > negligible {
					sum += math.Exp(t)
				}
			}
			sums[s][i] = sum
		}
		least[i] = nearest
	})
	if err != nil {
		return nil, err
	}
	for s, sigma := range sigmas {
		norm := math.Log(float64(centres.Len())) + float64(x.width())*math.Log(sigma*math.Sqrt(2*math.Pi))
		for i, sum := range sums[s] {
			sums[s][i] = math.Log(sum) - least[i]/(2*sigma*sigma) - norm
		}
	}
	return sums, nil
}
