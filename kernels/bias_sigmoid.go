package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var biasSigmoid = Kernel{
	Name:   "bias_sigmoid",
	Params: []Param{inout("y"), in("bias")},
	Sizes:  []string{"rows", "cols"},
	Lens:   biasLens,
	Items:  byRow(8), Grid: gridArea, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, bias, cols := m.F[0], m.F[1], m.N[1]
		for i := lo; i < hi; i++ {
			row := y[i*cols:][:len(bias)]
			for j, b := range bias {
				row[j] = float32(logistic(float64(row[j] + b)))
			}
		}
	},
	F64: func(m Mem[float64]) {
		mapBias(m, func(v float64) float64 { return 1 / (1 + math.Exp(-v)) })
	},
}

// BiasSigmoid adds bias (cols) to each row of y (rows, cols) and applies the sigmoid
// 1/(1+exp(-v)) to the sum v.
func BiasSigmoid(dev Device, y, bias *tensor.Dense) error {
	return dev.Launch(&biasSigmoid, Args{[]*tensor.Dense{y, bias}, nil, rowsCols(y)})
}
