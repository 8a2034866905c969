package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var rowPenalty = Kernel{
	Name:    "row_penalty",
	Params:  []Param{out("t"), out("norm"), in("g")},
	Scalars: []string{"weight", "centre"}, Sizes: []string{"rows", "cols"},
	Lens:  func(n []int) []int { return []int{n[0] * n[1], n[0], n[0] * n[1]} },
	Items: byRow(4), Grid: gridRows, Tol: roundedTol,
	F32: func(m Mem[float32], lo, hi int) {
		t, norms, g, cols := m.F[0], m.F[1], m.F[2], m.N[1]
		for i := lo; i < hi; i++ {
			row := g[i*cols:][:cols]
			norm := math.Sqrt(SumSquares(row))
			norms[i] = float32(norm)
			factor := PenaltyFactor(m, norm)
			for j, v := range row {
				t[i*cols+j] = float32(factor * float64(v))
			}
		}
	},
	F64: func(m Mem[float64]) {
		t, norm, g := m.F[0], m.F[1], m.F[2]
		weight, centre, rows, cols := m.S[0], m.S[1], float64(m.N[0]), m.N[1]
		clear(norm)
		for i, v := range g {
			norm[i/cols] += v * v
		}
		for r := range norm {
			norm[r] = math.Sqrt(norm[r])
		}
		for i, v := range g {
			switch {
			case centre == 0:
				t[i] = 2 * weight * v / rows
			case norm[i/cols] == 0:
				t[i] = 0
			default:
				t[i] = 2 * weight * (1 - centre/norm[i/cols]) * v / rows
			}
		}
	},
}

// RowPenalty writes to norm (rows) the Euclidean norms of the rows of g (rows, cols),
// a discriminator's gradients at its inputs, and to t (rows, cols) the derivative by g
// of the penalty weight·mean (norm-centre)²:
//
//	t = 2·weight/rows·(1 - centre/norm)·g
//
// Centre 1 is the gradient penalty of Gulrajani et al., "Improved Training of
// Wasserstein GANs" (2017), section 4; centre 0 the R1 and R2 of Mescheder et al.,
// "Which Training Methods for GANs do actually Converge?" (2018), section 4.1, whose
// gamma is twice the weight, and t is 2·weight/rows·g. A row of zeros has no derivative
// where centre is not 0: its t is 0. RowLoss gives the penalty itself.
func RowPenalty(dev Device, t, norm, g *tensor.Dense, weight, centre float32) error {
	return dev.Launch(&rowPenalty, Args{[]*tensor.Dense{t, norm, g}, []float32{weight, centre}, rowsCols(g)})
}

// PenaltyFactor returns what RowPenalty of arguments m multiplies a row of that norm by.
func PenaltyFactor(m Mem[float32], norm float64) float64 {
	centre, whole := float64(m.S[1]), 2*float64(m.S[0])/float64(m.N[0])
	switch {
	case centre == 0:
		return whole
	case norm == 0:
		return 0
	}
	return whole * (1 - centre/norm)
}

// SumSquares adds up every eighth square, then halves of the eight sums: the order of a
// vector's lanes, so that RowPenalty gives the same bits on every level of the CPU.
func SumSquares(x []float32) float64 {
	var lanes [8]float64
	for j, v := range x {
		lanes[j%8] += float64(v) * float64(v)
	}
	for half := 4; half > 0; half /= 2 {
		for j := range half {
			lanes[j] += lanes[j+half]
		}
	}
	return lanes[0]
}
