package kernels

import "gorgonia.org/tensor"

var sigmoidGrad = Kernel{
	Name:   "sigmoid_grad",
	Params: []Param{inout("d"), out("dbias"), in("y").of(Share)},
	Sizes:  []string{"rows", "cols"},
	Lens:   gradLens,
	Items:  byColumn(1), Grid: gridRuns, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		gradColumns(m, lo, hi, func(d, y []float32) {
			for j, v := range y {
				d[j] *= v * (1 - v)
			}
		})
	},
	F64: func(m Mem[float64]) {
		mapGrad(m, func(y float64) float64 { return y * (1 - y) })
	},
}

// SigmoidGrad takes d (rows, cols), the gradient at the output y of BiasSigmoid,
// to the gradient at its input, d*y*(1-y). dbias (cols) becomes the sum of d over
// the rows.
func SigmoidGrad(dev Device, d, dbias, runs, y *tensor.Dense) error {
	return launchGrad(dev, &sigmoidGrad, Args{[]*tensor.Dense{d, dbias, y}, nil, rowsCols(d)}, 1, runs)
}
