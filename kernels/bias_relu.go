package kernels

import "gorgonia.org/tensor"

var biasReLU = Kernel{
	Name:    "bias_relu",
	Params:  []Param{inout("y"), in("bias")},
	Scalars: []string{"slope"}, Sizes: []string{"rows", "cols"},
	Lens:  biasLens,
	Items: byRow(1), Grid: gridArea, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, bias, slope, cols := m.F[0], m.F[1], m.S[0], m.N[1]
		for i := lo; i < hi; i++ {
			row := y[i*cols:][:len(bias)]
			for j, b := range bias {
				v := row[j] + b
				if !(v > 0) {
					v *= slope
				}
				row[j] = v
			}
		}
	},
	F64: func(m Mem[float64]) {
		mapBias(m, func(v float64) float64 {
			if v > 0 {
				return v
			}
			return m.S[0] * v
		})
	},
}

// BiasReLU adds bias (cols) to each row of y (rows, cols) and applies the leaky ReLU
// (Maas et al. 2013, section 2) to the sum v:
//
//	y = max(v,0) + slope·min(v,0)
//
// With slope 0 it is the ReLU.
func BiasReLU(dev Device, y, bias *tensor.Dense, slope float32) error {
	return dev.Launch(&biasReLU, Args{[]*tensor.Dense{y, bias}, []float32{slope}, rowsCols(y)})
}

func biasLens(n []int) []int { return []int{n[0] * n[1], n[1]} }

// byRow is Items for (rows, cols) work whose rows are independent. An element costs cost
// operations.
func byRow(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) { return size[0], size[1] * cost }
}

// mapBias is the oracle of the bias kernels.
func mapBias(m Mem[float64], act func(float64) float64) {
	y, bias := m.F[0], m.F[1]
	for i := range y {
		y[i] = act(y[i] + bias[i%len(bias)])
	}
}
