package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var batchSums = Kernel{
	Name: "batch_sums", Params: []Param{out("sum"), out("product"), in("d"), in("x"), in("mean"), in("variance").of(Positive)}, Sizes: batchSizes,
	Lens: func(n []int) []int {
		return []int{n[0] * n[2], n[0] * n[2], n[0] * n[1] * n[2], n[0] * n[1] * n[2], n[0] * n[2], n[0] * n[2]}
	},
	Items: batchItems(3), Grid: batchGrid, Tol: productTol,
	F32: func(m Mem[float32], lo, hi int) {
		d, x := m.F[2], m.F[3]
		for item := lo; item < hi; item++ {
			p := BatchPieceOf(m.N, item)
			var middle, sum, product [BatchColumns]float64
			p.Middle(m, &middle)
			for at := p.First; at < p.End(); at += p.Stride {
				values := x[at:][:p.Cols]
				for j, g := range d[at:][:p.Cols] {
					sum[j] += float64(g)
					product[j] += float64(g) * (float64(values[j]) - middle[j])
				}
			}
			p.WriteSums(m, &sum, &product)
		}
	},
	F64: func(m Mem[float64]) {
		sum, product, d, x, mean, variance, rows, cols := m.F[0], m.F[1], m.F[2], m.F[3], m.F[4], m.F[5], m.N[1], m.N[2]
		clear(sum)
		clear(product)
		for i, g := range d {
			s := i/cols/rows*cols + i%cols
			sum[s] += g
			product[s] += g * (x[i] - mean[s]) / math.Sqrt(variance[s]+BatchEpsilon)
		}
	},
}

// Middle writes the means of p's columns, for BatchSums, whose memory is m.
func (p BatchPiece) Middle(m Mem[float32], middle *[BatchColumns]float64) {
	for j, v := range m.F[4][p.Stats:][:p.Cols] {
		middle[j] = float64(v)
	}
}

// WriteSums writes the results of BatchSums, whose memory is m, for each of p's columns: sum is Σ d, and product
// Σ d·(x-mean).
func (p BatchPiece) WriteSums(m Mem[float32], sum, product *[BatchColumns]float64) {
	sums, products, variance := m.F[0][p.Stats:], m.F[1][p.Stats:], m.F[5][p.Stats:]
	for j := range p.Cols {
		sums[j] = float32(sum[j])
		products[j] = float32(product[j] / math.Sqrt(float64(variance[j])+BatchEpsilon))
	}
}

// BatchSums writes two sums over the rows of each batch to sum and product (groups, cols), for the
// gradient d (groups·rows, cols) and x, mean and variance as in BatchNorm:
//
//	sum     = Σ d
//	product = Σ d·(x-mean)/sqrt(variance + 10^-5)
//
// The sum of product over the groups is the gradient at the scale of BatchNorm. BatchGrad needs both.
func BatchSums(dev Device, sum, product, d, x, mean, variance *tensor.Dense) error {
	return dev.Launch(&batchSums, Args{Tensors: []*tensor.Dense{sum, product, d, x, mean, variance}, Sizes: batchSizesOf(x, mean)})
}
