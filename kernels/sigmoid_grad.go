package kernels

import "gorgonia.org/tensor"

var sigmoidGrad = Kernel{
	Name:   "sigmoid_grad",
	Params: []Param{inout("d"), out("dbias"), in("y").of(Share)},
	Sizes:  []string{"rows", "cols"},
	Lens:   gradLens,
	Items:  byPartial(1), Grid: gridPartials, Tol: sumTol,
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

// SigmoidGrad turns d (rows, cols), the gradient at the output y (rows, cols) of BiasSigmoid,
// into the gradient at its input, d·y·(1-y). dbias (cols) becomes the sum of d over the rows.
// partials is as for ReLUGrad.
func SigmoidGrad(dev Device, d, dbias, partials, y *tensor.Dense) error {
	return launchGrad(dev, &sigmoidGrad, Args{[]*tensor.Dense{d, dbias, y}, nil, rowsCols(d)}, 1, partials)
}
