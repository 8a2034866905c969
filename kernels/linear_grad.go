package kernels

import "gorgonia.org/tensor"

var linearGrad = Kernel{
	Name:   "linear_grad",
	Params: []Param{out("dbias"), in("d")},
	Sizes:  []string{"rows", "cols"},
	Lens:   func(n []int) []int { return []int{n[1], n[0] * n[1]} },
	Items:  byColumn(1), Grid: gridColumns, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		dbias, d, rows, cols := m.F[0], m.F[1], m.N[0], m.N[1]
		for j := lo; j < hi; j++ {
			var sum float64
			for i := range rows {
				sum += float64(d[i*cols+j])
			}
			dbias[j] = float32(sum)
		}
	},
	F64: func(m Mem[float64]) {
		dbias, d := m.F[0], m.F[1]
		clear(dbias)
		for i, v := range d {
			dbias[i%len(dbias)] += v
		}
	},
}

// LinearGrad writes to dbias (cols) the sum over the rows of d (rows, cols), the
// gradient at the output of BiasLinear and at its input alike.
func LinearGrad(dev Device, dbias, d *tensor.Dense) error {
	return dev.Launch(&linearGrad, Args{[]*tensor.Dense{dbias, d}, nil, rowsCols(d)})
}
