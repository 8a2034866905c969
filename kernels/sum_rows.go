package kernels

import "gorgonia.org/tensor"

var sumRows = Kernel{
	Name: "sum_rows", Params: []Param{out("dst"), in("x")}, Sizes: []string{"rows", "cols"},
	Lens:  func(n []int) []int { return []int{n[1], n[0] * n[1]} },
	Items: func(n []int) (int, int) { return n[1], n[0] },
	Grid:  func(n []int) Grid { return perThread(n[1]) },
	Tol:   defaultTol,
	F32:   func(m Mem[float32], lo, hi int) { addRows(m, lo, hi) },
	F64:   func(m Mem[float64]) { addRows(m, 0, m.N[1]) },
}

func addRows[T Real](m Mem[T], lo, hi int) {
	for c := lo; c < hi; c++ {
		sum := 0.0
		for i := c; i < len(m.F[1]); i += m.N[1] {
			sum += float64(m.F[1][i])
		}
		m.F[0][c] = T(sum)
	}
}

// SumRows writes to dst the sum of the rows of x (rows, len(dst)), in their order. It is for few and long rows,
// as LinearGrad is for many and short ones.
func SumRows(dev Device, dst, x *tensor.Dense) error {
	return dev.Launch(&sumRows, Args{[]*tensor.Dense{dst, x}, nil, rowsCols(x)})
}
