package kernels

import "gorgonia.org/tensor"

var divide = Kernel{
	Name:   "divide",
	Params: []Param{out("y"), in("x"), in("divisor").of(Positive)},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0], 1} },
	Items:  elementwise(1), Grid: gridN, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, factor := m.F[0][lo:hi], 1/m.F[2][0]
		for i, v := range m.F[1][lo:hi] {
			y[i] = v * factor
		}
	},
	F64: func(m Mem[float64]) {
		for i, v := range m.F[1] {
			m.F[0][i] = v / m.F[2][0]
		}
	},
}

// Divide writes to y (n) the values x (n) divided by divisor (1). It multiplies by 1/divisor, rounded.
func Divide(dev Device, y, x, divisor *tensor.Dense) error {
	return dev.Launch(&divide, Args{Tensors: []*tensor.Dense{y, x, divisor}, Sizes: []int{x.Shape().TotalSize()}})
}
