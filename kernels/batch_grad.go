package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var batchGrad = Kernel{
	Name: "batch_grad", Params: []Param{inout("d"), in("x"), in("mean"), in("variance").of(Positive), in("scale"), in("sum"), in("product")}, Sizes: batchSizes,
	Lens: func(n []int) []int {
		all, stats := n[0]*n[1]*n[2], n[0]*n[2]
		return []int{all, all, stats, stats, n[2], stats, stats}
	},
	Items: batchItems(3), Grid: func(n []int) Grid { return perThread(n[0] * n[1] * n[2]) }, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		d, x, mean, variance, scale, sum, product, n := m.F[0], m.F[1], m.F[2], m.F[3], m.F[4], m.F[5], m.F[6], float64(m.N[1])
		for item := lo; item < hi; item++ {
			b := batchColumnsOf(m.N, item)
			var middle, factor, average, slope [batchColumns]float64
			for j := range b.n {
				inverse := 1 / math.Sqrt(float64(variance[b.stats+j])+batchEpsilon)
				middle[j], factor[j] = float64(mean[b.stats+j]), float64(scale[b.stats%b.cols+j])*inverse
				average[j], slope[j] = float64(sum[b.stats+j])/n, float64(product[b.stats+j])/n*inverse
			}
			for at := b.first; at < b.end; at += b.cols {
				to, values := d[at:][:b.n], x[at:][:b.n]
				for j, g := range to {
					to[j] = float32(factor[j] * (float64(g) - average[j] - (float64(values[j])-middle[j])*slope[j]))
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		d, x, mean, variance, scale, sum, product, rows, cols := m.F[0], m.F[1], m.F[2], m.F[3], m.F[4], m.F[5], m.F[6], m.N[1], m.N[2]
		n := float64(rows)
		for i, g := range d {
			s, c := i/cols/rows*cols+i%cols, i%cols
			deviation := math.Sqrt(variance[s] + batchEpsilon)
			d[i] = scale[c] / (n * deviation) * (n*g - sum[s] - (x[i]-mean[s])/deviation*product[s])
		}
	},
}

// BatchGrad replaces the gradient d (groups·rows, cols) at the output of BatchNorm by the gradient at
// x, where mean and variance are those of x:
//
//	d = scale/s·(d - sum/rows - (x-mean)/s·product/rows),    s = sqrt(variance + 10^-5)
//
// sum and product (groups, cols) are those of BatchSums. d must not overlap x.
func BatchGrad(dev Device, d, x, mean, variance, scale, sum, product *tensor.Dense) error {
	return dev.Launch(&batchGrad, Args{Tensors: []*tensor.Dense{d, x, mean, variance, scale, sum, product}, Sizes: batchSizesOf(x, mean)})
}
