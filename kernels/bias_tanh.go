package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var biasTanh = Kernel{
	Name:   "bias_tanh",
	Params: []Param{inout("y"), in("bias")},
	Sizes:  []string{"rows", "cols"},
	Lens:   biasLens,
	Items:  byRow(8), Grid: gridArea,
	// There is no absolute part: tanh(v) is near v for a small v, and keeps its digits.
	Tol: Tol{Rel: 1e-6},
	F32: func(m Mem[float32], lo, hi int) {
		y, bias, cols := m.F[0], m.F[1], m.N[1]
		for i := lo; i < hi; i++ {
			row := y[i*cols:][:len(bias)]
			for j, b := range bias {
				row[j] = float32(math.Tanh(float64(row[j] + b)))
			}
		}
	},
	F64: func(m Mem[float64]) {
		mapBias(m, func(v float64) float64 { return 1 - 2/(math.Exp(2*v)+1) })
	},
}

// BiasTanh adds bias (cols) to each row of y (rows, cols) and applies tanh to the sum.
func BiasTanh(dev Device, y, bias *tensor.Dense) error {
	return dev.Launch(&biasTanh, Args{[]*tensor.Dense{y, bias}, nil, rowsCols(y)})
}
