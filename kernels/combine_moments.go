package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var combineMoments = Kernel{
	Name: "combine_moments", Params: []Param{out("mean"), out("variance"), out("deviation"), in("x").of(Positive)}, Sizes: []string{"rows", "cols"},
	Lens:  func(n []int) []int { return []int{n[1], n[1], n[1], 2 * n[0] * n[1]} },
	Items: func(n []int) (int, int) { return n[1], 4 * n[0] },
	Grid:  func(n []int) Grid { return perThread(n[1]) }, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		x, rows, cols := m.F[3], m.N[0], m.N[1]
		for c := lo; c < hi; c++ {
			var mean, variance float64
			for at := c; at < len(x); at += 2 * cols {
				mean += float64(x[at])
			}
			mean /= float64(rows)
			for at := c; at < len(x); at += 2 * cols {
				off := float64(x[at]) - mean
				variance += float64(x[at+cols]) + off*off
			}
			variance /= float64(rows)
			m.F[0][c], m.F[1][c], m.F[2][c] = float32(mean), float32(variance), float32(math.Sqrt(variance))
		}
	},
	F64: func(m Mem[float64]) {
		x, rows, cols := m.F[3], float64(m.N[0]), m.N[1]
		for c := range m.F[0] {
			var mean, square float64 // of the values themselves
			for at := c; at < len(x); at += 2 * cols {
				mean += x[at] / rows
				square += (x[at+cols] + x[at]*x[at]) / rows
			}
			m.F[0][c], m.F[1][c], m.F[2][c] = mean, square-mean*mean, math.Sqrt(square-mean*mean)
		}
	},
}

// CombineMoments writes to mean, variance and deviation (cols) the moments of values that are in several groups of
// equal size, for the moments x (rows, 2, cols) of the groups. A row has the means of a group, and then its variances:
//
//	mean      = 1/rows · Σ meanᵢ
//	variance  = 1/rows · Σ (varianceᵢ + (meanᵢ-mean)²)
//	deviation = sqrt(variance)
//
// See Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979),
// equation 2.1b, for groups of equal size. The sums are taken in float64, in the order of the rows.
func CombineMoments(dev Device, mean, variance, deviation, x *tensor.Dense) error {
	cols := mean.Shape().TotalSize()
	return dev.Launch(&combineMoments, Args{Tensors: []*tensor.Dense{mean, variance, deviation, x},
		Sizes: []int{x.Shape().TotalSize() / (2 * cols), cols}})
}
