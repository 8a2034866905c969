package model

import (
	"math"
	"slices"

	"gorgan/dataset"
)

// outputBias is what the biases of G's last layer begin at (pixels), nil for zeros.
//
// MarginalBias is log(p/(1-p)), p the mean of each pixel over the set, at least 10^-7
// from 0 and 1, so that G begins at the mean image: init_sigmoid_bias_from_marginals of
// pylearn2, which the published configuration of Goodfellow et al. (2014) uses. Any image
// of the set can be any channel of a stacked one: all begin at the same mean.
func outputBias(c Config, set *dataset.Set) ([]float32, error) {
	if c.GenBiasInit != MarginalBias {
		return nil, nil
	}
	pixels := set.Size().Area()
	sum, image := make([]uint64, pixels), make([]byte, pixels)
	for i := range set.Len() {
		if err := set.Read(image, i); err != nil {
			return nil, err
		}
		for j, v := range image {
			sum[j] += uint64(v)
		}
	}
	const least = 1e-7
	bias := make([]float32, pixels)
	for j, s := range sum {
		p := min(max(float64(s)/255/float64(set.Len()), least), 1-least)
		bias[j] = float32(math.Log(p / (1 - p)))
	}
	return slices.Repeat(bias, c.Stack), nil
}
