package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var unitRows = Kernel{
	Name:   "unit_rows",
	Params: []Param{out("y"), out("norm"), in("x")},
	Sizes:  []string{"rows", "cols"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0], n[0] * n[1]} },
	Items:  byRow(4), Grid: gridRows, Tol: roundedTol,
	F32: func(m Mem[float32], lo, hi int) {
		cols := m.N[1]
		for r := lo; r < hi; r++ {
			x, y := m.F[2][r*cols:][:cols], m.F[0][r*cols:][:cols]
			norm := math.Sqrt(SumSquares(x))
			m.F[1][r] = float32(norm)
			for c, v := range x {
				y[c] = 0
				if norm != 0 {
					y[c] = float32(float64(v) / norm)
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		y, norm, x, cols := m.F[0], m.F[1], m.F[2], m.N[1]
		clear(norm)
		for i, v := range x {
			norm[i/cols] += v * v
		}
		for r := range norm {
			norm[r] = math.Sqrt(norm[r])
		}
		for i, v := range x {
			if y[i] = 0; norm[i/cols] != 0 {
				y[i] = v / norm[i/cols]
			}
		}
	},
}

// UnitRows writes to y (rows, cols) the rows of x (rows, cols) divided by their Euclidean norms, and to norm (rows)
// these. A row of zeros stays so.
func UnitRows(dev Device, y, norm, x *tensor.Dense) error {
	return dev.Launch(&unitRows, Args{Tensors: []*tensor.Dense{y, norm, x}, Sizes: rowsCols(x)})
}
