package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var adagrad = Kernel{
	Name:   "adagrad",
	Params: []Param{inout("w"), inout("sum").of(Positive), in("grad"), in("rate").of(Rate)},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0], n[0], 1} },
	Items:  elementwise(3), Grid: gridN, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		w, sum, grad, rate := a.F[0][lo:hi], a.F[1][lo:hi], a.F[2][lo:hi], a.F[3][0]
		for i, g := range grad {
			sum[i] += g * g
			w[i] -= rate * g / float32(math.Sqrt(float64(sum[i])))
		}
	},
	F64: func(a Mem[float64]) {
		w, sum, grad, rate := a.F[0], a.F[1], a.F[2], a.F[3][0]
		for i, g := range grad {
			sum[i] += g * g
			w[i] -= rate * g / math.Sqrt(sum[i])
		}
	},
}

// Adagrad updates weights w and sums of squares sum (n each) with the gradient
// grad (n) and the learning rate (1):
//
//	sum = sum + grad²
//	w = w - rate·grad/sqrt(sum)
//
// as Duchi, Hazan and Singer (2011), section 1.1, have it. sum starts above 0.
func Adagrad(dev Device, w, sum, grad, rate *tensor.Dense) error {
	return dev.Launch(&adagrad, Args{[]*tensor.Dense{w, sum, grad, rate}, nil, []int{w.Shape().TotalSize()}})
}
