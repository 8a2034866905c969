package kernels

import "gorgonia.org/tensor"

var affine = Kernel{
	Name:    "affine",
	Params:  []Param{out("y"), in("x")},
	Scalars: []string{"factor", "offset"},
	Sizes:   []string{"n"},
	Lens:    func(n []int) []int { return []int{n[0], n[0]} },
	Items:   elementwise(1), Grid: gridN, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, factor, offset := m.F[0][lo:hi], m.S[0], m.S[1]
		for i, v := range m.F[1][lo:hi] {
			y[i] = float32(factor*v) + offset
		}
	},
	F64: func(m Mem[float64]) {
		for i, v := range m.F[1] {
			m.F[0][i] = m.S[0]*v + m.S[1]
		}
	},
}

// Affine writes factor·x + offset to y (n), element by element, for x (n). y must not overlap x.
func Affine(dev Device, y, x *tensor.Dense, factor, offset float32) error {
	return dev.Launch(&affine, Args{Tensors: []*tensor.Dense{y, x}, Scalars: []float32{factor, offset}, Sizes: []int{y.Shape().TotalSize()}})
}
