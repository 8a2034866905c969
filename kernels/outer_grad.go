package kernels

import "gorgonia.org/tensor"

var outerGrad = Kernel{
	Name:    "outer_grad",
	Params:  []Param{out("d"), in("u"), in("w"), in("y").of(Rectified)},
	Scalars: []string{"slope"}, Sizes: []string{"rows", "cols"},
	Lens:  func(n []int) []int { return []int{n[0] * n[1], n[0], n[1], n[0] * n[1]} },
	Items: func(n []int) (int, int) { return n[0], n[1] },
	Grid:  gridArea, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		w, cols, slope := m.F[2], m.N[1], m.S[0]
		for r := lo; r < hi; r++ {
			d, u, y := m.F[0][r*cols:][:cols], m.F[1][r], m.F[3][r*cols:][:cols]
			for c, v := range y {
				d[c] = u * w[c]
				if !(v > 0) {
					d[c] *= slope
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		w, cols := m.F[2], m.N[1]
		for i, v := range m.F[3] {
			m.F[0][i] = m.F[1][i/cols] * w[i%cols]
			if !(v > 0) {
				m.F[0][i] *= m.S[0]
			}
		}
	},
}

// OuterGrad writes to d (rows, cols) the outer product of u (rows) and w (cols), as ReLUGrad changes
// it for the output y (rows, cols) of BiasReLU with that slope. It is the gradient before an output
// layer of one unit, whose output has the gradient u.
func OuterGrad(dev Device, d, u, w, y *tensor.Dense, slope float32) error {
	return dev.Launch(&outerGrad, Args{[]*tensor.Dense{d, u, w, y}, []float32{slope}, rowsCols(d)})
}
