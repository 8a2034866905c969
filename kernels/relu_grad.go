package kernels

import "gorgonia.org/tensor"

var reluGrad = Kernel{
	Name:    "relu_grad",
	Params:  []Param{inout("d"), out("dbias"), in("y").of(Rectified)},
	Scalars: []string{"slope"}, Sizes: []string{"rows", "cols"},
	Lens:  gradLens,
	Items: byColumn(1), Grid: gridRuns, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		slope := m.S[0]
		gradColumns(m, lo, hi, func(d, y []float32) {
			for j, v := range y {
				if !(v > 0) {
					d[j] *= slope
				}
			}
		})
	},
	F64: func(m Mem[float64]) {
		mapGrad(m, func(y float64) float64 {
			if y > 0 {
				return 1
			}
			return m.S[0]
		})
	},
}

// ReLUGrad takes d (rows, cols), the gradient at the output y of BiasReLU, to the
// gradient at its input: d where y > 0, slope*d elsewhere. dbias (cols) becomes
// the sum of d over the rows; runs (GradRuns(rows), cols) is overwritten on the way, or
// is nil where that is one run.
func ReLUGrad(dev Device, d, dbias, runs, y *tensor.Dense, slope float32) error {
	return launchGrad(dev, &reluGrad, Args{[]*tensor.Dense{d, dbias, y}, []float32{slope}, rowsCols(d)}, 1, runs)
}
