package nn

import (
	"fmt"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// Spectral normalisation divides a layer's weights by an estimate of their largest singular value: Miyato,
// Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative Adversarial Networks" (2018), section
// 2.1. The weights are a matrix whose columns are their last dimension: the outputs of a dense layer and of
// a convolution. A transposed convolution has the weights of the convolution that it is the transpose of, so
// there they are the channels that come in. A matrix and its transpose have the same singular values.
//
// The estimate is that of algorithm 1 of the paper, by one step of the power method. It goes from the
// parameter vector, the singular vector on the side of the columns. Each pass makes the step anew from that
// parameter, so a pass computes the same with the same parameters. The vector moves to what the step
// found when the net is updated, and at no other time: once for each update of the weights.

// vectorStream is the number of the first vector among the weights of a net.
const vectorStream = 512

// singularVector describes the vector of a layer's weights.
func singularVector(number, cols int) Param {
	return Param{Name: fmt.Sprintf("%d.vector", number), Shape: []int{cols}, Deviation: 1, Unit: true, Fixed: true,
		Stream: vectorStream + kernels.Stream(number)}
}

// spectralNorm returns the weights divided by the estimate that comes from the vector.
func (p *Pass) spectralNorm(weight, vector *graph.Value) *graph.Value {
	divided, next := p.SpectralNorm(weight, vector)
	p.move(vector, next, 0)
	return divided
}
