package kernels

import "gorgonia.org/tensor"

var add = Kernel{
	Name:   "add",
	Params: []Param{inout("y"), in("x")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0]} },
	Items:  elementwise(1), Grid: gridN, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		x := m.F[1][lo:hi]
		for i, v := range m.F[0][lo:hi] {
			m.F[0][lo+i] = v + x[i]
		}
	},
	F64: func(m Mem[float64]) {
		for i, v := range m.F[1] {
			m.F[0][i] += v
		}
	},
}

// Add adds x (n) to y (n).
func Add(dev Device, y, x *tensor.Dense) error {
	return dev.Launch(&add, Args{Tensors: []*tensor.Dense{y, x}, Sizes: []int{x.Shape().TotalSize()}})
}
