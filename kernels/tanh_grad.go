package kernels

import "gorgonia.org/tensor"

var tanhGrad = Kernel{
	Name:   "tanh_grad",
	Params: []Param{inout("d"), out("dbias"), in("y").of(Tanh)},
	Sizes:  []string{"rows", "cols"},
	Lens:   gradLens,
	Items:  byPartial(1), Grid: gridPartials, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		gradColumns(m, lo, hi, func(d, y []float32) {
			for j, v := range y {
				// If |y| is near 1, 1-y² loses digits that (1-y)·(1+y) keeps.
				d[j] *= (1 - v) * (1 + v)
			}
		})
	},
	F64: func(m Mem[float64]) {
		mapGrad(m, func(y float64) float64 { return 1 - y*y })
	},
}

// TanhGrad turns d (rows, cols), the gradient at the output y (rows, cols) of BiasTanh, into
// the gradient at its input, d·(1-y²). dbias (cols) becomes the sum of d over the rows.
// partials is as for ReLUGrad.
func TanhGrad(dev Device, d, dbias, partials, y *tensor.Dense) error {
	return launchGrad(dev, &tanhGrad, Args{[]*tensor.Dense{d, dbias, y}, nil, rowsCols(d)}, 1, partials)
}
