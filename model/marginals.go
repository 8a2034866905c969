package model

import (
	"math"

	"gorgan/dataset"
)

// outputBias returns the first biases (Config.Values()) of G's last layer, or nil for zeros. It
// returns an error if an image of the set cannot be read.
//
// MarginalBias is log(p/(1-p)) for each value, where p is the value's mean over the set, kept
// 10^-7 away from 0 and 1. So G begins with the mean image. This is
// init_sigmoid_bias_from_marginals of pylearn2, which the published configuration of Goodfellow
// et al. (2014) uses. The channels of a stacked image have the same mean, because each image of
// the set can be any of them.
func outputBias(c Config, set *dataset.Set) ([]float32, error) {
	if c.GenBiasInit != MarginalBias {
		return nil, nil
	}
	values := set.Shape().Values()
	sum, image := make([]uint64, values), make([]byte, values)
	for i := range set.Len() {
		if err := set.Read(image, i); err != nil {
			return nil, err
		}
		for j, v := range image {
			sum[j] += uint64(v)
		}
	}
	const least = 1e-7
	steepness := 1.0
	if c.GenOutput == TanhOutput { // sigmoid(x) = (tanh(x/2)+1)/2
		steepness = 0.5
	}
	var bias []float32
	for _, s := range sum {
		p := min(max(float64(s)/255/float64(set.Len()), least), 1-least)
		for range c.Stack {
			bias = append(bias, float32(steepness*math.Log(p/(1-p))))
		}
	}
	return bias, nil
}
