package kernels

import "gorgonia.org/tensor"

var linearGrad = Kernel{
	Name:   "linear_grad",
	Params: []Param{out("dbias"), in("d")},
	Sizes:  []string{"rows", "cols"},
	Lens:   func(n []int) []int { return []int{GradPartials(n[0]) * n[1], n[0] * n[1]} },
	Items:  byPartial(1), Grid: gridNarrow, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) { sumColumns(m.F[0], m.F[1], m.N[0], m.N[1], lo, hi, nil) },
	F64: func(m Mem[float64]) { partialSums(m.F[0], m.F[1], m.N[0], m.N[1]) },
}

// LinearGrad writes to dbias (cols) the sum of the rows of d (rows, cols). d is the gradient
// at the output of BiasLinear, and also the one at its input. partials is as for ReLUGrad.
func LinearGrad(dev Device, dbias, partials, d *tensor.Dense) error {
	return launchGrad(dev, &linearGrad, Args{[]*tensor.Dense{dbias, d}, nil, rowsCols(d)}, 0, partials)
}
