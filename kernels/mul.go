package kernels

import "gorgonia.org/tensor"

var mul = Kernel{
	Name:    "mul",
	Params:  []Param{out("y"), in("a"), in("b")},
	Scalars: []string{"factor"},
	Sizes:   []string{"n"},
	Lens:    func(n []int) []int { return []int{n[0], n[0], n[0]} },
	Items:   elementwise(1), Grid: gridN, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, a, factor := m.F[0][lo:hi], m.F[1][lo:hi], m.S[0]
		for i, v := range m.F[2][lo:hi] {
			y[i] = factor * a[i] * v
		}
	},
	F64: func(m Mem[float64]) {
		for i, v := range m.F[1] {
			m.F[0][i] = m.S[0] * v * m.F[2][i]
		}
	},
}

// Mul writes factor·a·b to y (n), element by element, for a and b (n). y must not overlap a or b.
func Mul(dev Device, y, a, b *tensor.Dense, factor float32) error {
	return dev.Launch(&mul, Args{Tensors: []*tensor.Dense{y, a, b}, Scalars: []float32{factor}, Sizes: []int{y.Shape().TotalSize()}})
}
