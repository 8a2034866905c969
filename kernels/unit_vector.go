package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

// leastNorm is the least length that UnitVector divides by. It is that of torch.nn.functional.normalize.
const leastNorm = 1e-12

var unitVector = Kernel{
	Name:   "unit_vector",
	Params: []Param{out("y"), out("norm"), in("x")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], 1, n[0]} },
	Items:  single, Grid: gridBlock, Tol: roundedTol,
	F32: func(m Mem[float32], _, _ int) {
		y, x := m.F[0], m.F[2]
		norm := math.Sqrt(SumSquares(x))
		m.F[1][0] = float32(norm)
		if norm < leastNorm {
			norm = leastNorm
		}
		for i, v := range x {
			y[i] = float32(float64(v) / norm)
		}
	},
	F64: func(m Mem[float64]) {
		squares := 0.0
		for _, v := range m.F[2] {
			squares += v * v
		}
		m.F[1][0] = math.Sqrt(squares)
		for i, v := range m.F[2] {
			if m.F[0][i] = v / m.F[1][0]; m.F[1][0] < leastNorm {
				m.F[0][i] = v / leastNorm
			}
		}
	},
}

// UnitVector writes to y (n) the vector x (n) at length 1, and to norm (1) the length of x:
//
//	norm = sqrt(Σ x²)    y = x/max(norm, 10^-12)
//
// The sum is taken in float64.
func UnitVector(dev Device, y, norm, x *tensor.Dense) error {
	return dev.Launch(&unitVector, Args{Tensors: []*tensor.Dense{y, norm, x}, Sizes: []int{x.Shape().TotalSize()}})
}
