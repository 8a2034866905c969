package kernels

import "gorgonia.org/tensor"

var tanhGrad = Kernel{
	Name:   "tanh_grad",
	Params: []Param{inout("d"), out("dbias"), in("y").of(Tanh)},
	Sizes:  []string{"rows", "cols"},
	Lens:   gradLens,
	Items:  byColumn(1), Grid: gridRuns, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		gradColumns(m, lo, hi, func(d, y []float32) {
			for j, v := range y {
				// 1-y*y would lose the digits of 1-|y| that y still has.
				d[j] *= (1 - v) * (1 + v)
			}
		})
	},
	F64: func(m Mem[float64]) {
		mapGrad(m, func(y float64) float64 { return 1 - y*y })
	},
}

// TanhGrad takes d (rows, cols), the gradient at the output y of BiasTanh, to the
// gradient at its input, d*(1-y*y). dbias (cols) becomes the sum of d over the rows.
func TanhGrad(dev Device, d, dbias, runs, y *tensor.Dense) error {
	return launchGrad(dev, &tanhGrad, Args{[]*tensor.Dense{d, dbias, y}, nil, rowsCols(d)}, 1, runs)
}
