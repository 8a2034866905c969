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
		d, x := m.F[0], m.F[1]
		for item := lo; item < hi; item++ {
			p := BatchPieceOf(m.N, item)
			var middle, factor, average, slope [BatchColumns]float64
			p.GradFactors(m, &middle, &factor, &average, &slope)
			for at := p.First; at < p.End(); at += p.Stride {
				to, values := d[at:][:p.Cols], x[at:][:p.Cols]
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
			deviation := math.Sqrt(variance[s] + BatchEpsilon)
			d[i] = scale[c] / (n * deviation) * (n*g - sum[s] - (x[i]-mean[s])/deviation*product[s])
		}
	},
}

// GradFactors writes what BatchGrad, whose memory is m, computes with for each of p's columns:
//
//	d' = factor·(d - average - (x-middle)·slope)
func (p BatchPiece) GradFactors(m Mem[float32], middle, factor, average, slope *[BatchColumns]float64) {
	mean, variance, scale, sum, product := m.F[2][p.Stats:], m.F[3][p.Stats:], m.F[4][p.Stats%p.Stride:], m.F[5][p.Stats:], m.F[6][p.Stats:]
	n := float64(p.Rows)
	for j := range p.Cols {
		inverse := 1 / math.Sqrt(float64(variance[j])+BatchEpsilon)
		middle[j], factor[j] = float64(mean[j]), float64(scale[j])*inverse
		average[j], slope[j] = float64(sum[j])/n, float64(product[j])/n*inverse
	}
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
