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
		sums, products, d, x, mean, variance := m.F[0], m.F[1], m.F[2], m.F[3], m.F[4], m.F[5]
		for item := lo; item < hi; item++ {
			b := batchColumnsOf(m.N, item)
			var middle, sum, product [batchColumns]float64
			for j := range b.n {
				middle[j] = float64(mean[b.stats+j])
			}
			for at := b.first; at < b.end; at += b.cols {
				values := x[at:][:b.n]
				for j, g := range d[at:][:b.n] {
					sum[j] += float64(g)
					product[j] += float64(g) * (float64(values[j]) - middle[j])
				}
			}
			for j := range b.n {
				sums[b.stats+j] = float32(sum[j])
				products[b.stats+j] = float32(product[j] / math.Sqrt(float64(variance[b.stats+j])+batchEpsilon))
			}
		}
	},
	F64: func(m Mem[float64]) {
		sum, product, d, x, mean, variance, rows, cols := m.F[0], m.F[1], m.F[2], m.F[3], m.F[4], m.F[5], m.N[1], m.N[2]
		clear(sum)
		clear(product)
		for i, g := range d {
			s := i/cols/rows*cols + i%cols
			sum[s] += g
			product[s] += g * (x[i] - mean[s]) / math.Sqrt(variance[s]+batchEpsilon)
		}
	},
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
