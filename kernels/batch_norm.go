package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

// BatchEpsilon keeps a division by a variance of 0 finite. It is the default of Torch, with which
// Radford et al. (2016) trained.
const BatchEpsilon = 1e-5

var batchNorm = Kernel{
	Name: "batch_norm", Params: []Param{out("y"), in("x"), in("mean"), in("variance").of(Positive), in("scale")}, Sizes: batchSizes,
	Lens: func(n []int) []int {
		return []int{n[0] * n[1] * n[2], n[0] * n[1] * n[2], n[0] * n[2], n[0] * n[2], n[2]}
	},
	Items: batchItems(2), Grid: func(n []int) Grid { return perThread(n[0] * n[1] * n[2]) }, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, x := m.F[0], m.F[1]
		for item := lo; item < hi; item++ {
			p := BatchPieceOf(m.N, item)
			var middle, factor [BatchColumns]float64
			p.NormFactors(m, &middle, &factor)
			for at := p.First; at < p.End(); at += p.Stride {
				to := y[at:][:p.Cols]
				for j, v := range x[at:][:p.Cols] {
					to[j] = float32((float64(v) - middle[j]) * factor[j])
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		y, x, mean, variance, scale, rows, cols := m.F[0], m.F[1], m.F[2], m.F[3], m.F[4], m.N[1], m.N[2]
		for i, v := range x {
			s, c := i/cols/rows*cols+i%cols, i%cols
			y[i] = scale[c] * (v - mean[s]) / math.Sqrt(variance[s]+BatchEpsilon)
		}
	},
}

// NormFactors writes what BatchNorm, whose memory is m, subtracts from the values of each of p's columns, and
// multiplies them by.
func (p BatchPiece) NormFactors(m Mem[float32], middle, factor *[BatchColumns]float64) {
	mean, variance, scale := m.F[2][p.Stats:], m.F[3][p.Stats:], m.F[4][p.Stats%p.Stride:]
	for j := range p.Cols {
		middle[j], factor[j] = float64(mean[j]), float64(scale[j])/math.Sqrt(float64(variance[j])+BatchEpsilon)
	}
}

// BatchNorm writes to y (groups·rows, cols) the values x (groups·rows, cols), normalised by the
// statistics mean and variance (groups, cols) of their batches, and scaled by scale (cols):
//
//	y = scale·(x-mean)/sqrt(variance + 10^-5)
//
// See Ioffe and Szegedy, "Batch Normalization" (2015), algorithm 1. Its shift is a bias that is added
// afterwards. y must not overlap x.
func BatchNorm(dev Device, y, x, mean, variance, scale *tensor.Dense) error {
	return dev.Launch(&batchNorm, Args{Tensors: []*tensor.Dense{y, x, mean, variance, scale}, Sizes: batchSizesOf(x, mean)})
}
