package kernels

import "gorgonia.org/tensor"

var unitRowsGrad = Kernel{
	Name:   "unit_rows_grad",
	Params: []Param{out("dx"), in("d"), in("y").of(Tanh), in("norm").of(Positive)},
	Sizes:  []string{"rows", "cols"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0] * n[1], n[0] * n[1], n[0]} },
	Items:  byRow(4), Grid: gridRows, Tol: Tol{Rel: 1e-6, Abs: 1e-9, Cancel: 1e-7},
	F32: func(m Mem[float32], lo, hi int) {
		cols := m.N[1]
		for r := lo; r < hi; r++ {
			dx, d, y := m.F[0][r*cols:][:cols], m.F[1][r*cols:][:cols], m.F[2][r*cols:][:cols]
			along, norm := sumProducts(d, y), float64(m.F[3][r])
			for c, v := range d {
				dx[c] = 0
				if norm != 0 {
					dx[c] = float32((float64(v) - float64(y[c])*along) / norm)
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		dx, d, y, norm, cols := m.F[0], m.F[1], m.F[2], m.F[3], m.N[1]
		along := make([]float64, m.N[0])
		for i, v := range d {
			along[i/cols] += v * y[i]
		}
		for i, v := range d {
			if dx[i] = 0; norm[i/cols] != 0 {
				dx[i] = (v - y[i]*along[i/cols]) / norm[i/cols]
			}
		}
	},
}

// UnitRowsGrad writes to dx (rows, cols) the gradient at the x of UnitRows, from the gradient d (rows, cols) at its y:
//
//	dx = (d - y·(dᵀy))/norm
//
// in each row. UnitRows has no gradient at a row of zeros, and dx is 0 there.
func UnitRowsGrad(dev Device, dx, d, y, norm *tensor.Dense) error {
	return dev.Launch(&unitRowsGrad, Args{Tensors: []*tensor.Dense{dx, d, y, norm}, Sizes: rowsCols(d)})
}
