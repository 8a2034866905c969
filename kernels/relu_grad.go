package kernels

import "gorgonia.org/tensor"

var reluGrad = Kernel{
	Name:    "relu_grad",
	Params:  []Param{inout("d"), out("dbias"), in("y").of(Rectified)},
	Scalars: []string{"slope"}, Sizes: []string{"rows", "cols"},
	Lens:  gradLens,
	Items: byPartial(1), Grid: gridPartials, Tol: defaultTol,
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

// ReLUGrad turns d (rows, cols), the gradient at the output y (rows, cols) of BiasReLU, into
// the gradient at its input: d where y > 0, slope·d elsewhere. dbias (cols) becomes the sum of
// d over the rows.
//
// partials (GradPartials(rows), cols) is scratch memory for the partial sums. It is nil if
// GradPartials(rows) is 1.
func ReLUGrad(dev Device, d, dbias, partials, y *tensor.Dense, slope float32) error {
	return launchGrad(dev, &reluGrad, Args{[]*tensor.Dense{d, dbias, y}, []float32{slope}, rowsCols(d)}, 1, partials)
}
