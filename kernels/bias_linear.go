package kernels

import "gorgonia.org/tensor"

var biasLinear = Kernel{
	Name:   "bias_linear",
	Params: []Param{inout("y"), in("bias")},
	Sizes:  []string{"rows", "cols"},
	Lens:   biasLens,
	Items:  byRow(1), Grid: gridArea, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, bias, cols := m.F[0], m.F[1], m.N[1]
		for i := lo; i < hi; i++ {
			row := y[i*cols:][:len(bias)]
			for j, b := range bias {
				row[j] += b
			}
		}
	},
	F64: func(m Mem[float64]) {
		mapBias(m, func(v float64) float64 { return v })
	},
}

// BiasLinear adds bias (cols) to each row of y (rows, cols).
func BiasLinear(dev Device, y, bias *tensor.Dense) error {
	return dev.Launch(&biasLinear, Args{[]*tensor.Dense{y, bias}, nil, rowsCols(y)})
}
