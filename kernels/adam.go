package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var adam = Kernel{
	Name:    "adam",
	Params:  []Param{inout("w"), inout("m"), inout("v").of(NotNegative), in("grad"), in("rate").of(Rate)},
	Scalars: []string{"beta1", "beta2", "epsilon"}, Sizes: []string{"n"},
	Lens:  func(n []int) []int { return []int{n[0], n[0], n[0], n[0], 1} },
	Items: elementwise(4), Grid: gridN, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		w, m, v, grad, rate := a.F[0][lo:hi], a.F[1][lo:hi], a.F[2][lo:hi], a.F[3][lo:hi], a.F[4][0]
		b1, b2, eps := a.S[0], a.S[1], a.S[2]
		for i, g := range grad {
			m[i] = b1*m[i] + (1-b1)*g
			v[i] = b2*v[i] + (1-b2)*g*g
			w[i] -= rate * m[i] / (float32(math.Sqrt(float64(v[i]))) + eps)
		}
	},
	F64: func(a Mem[float64]) {
		w, m, v, grad, rate := a.F[0], a.F[1], a.F[2], a.F[3], a.F[4][0]
		b1, b2, eps := a.S[0], a.S[1], a.S[2]
		for i, g := range grad {
			m[i] = b1*m[i] + (1-b1)*g
			v[i] = b2*v[i] + (1-b2)*g*g
			w[i] -= rate * m[i] / (math.Sqrt(v[i]) + eps)
		}
	},
}

// Adam updates weights w, first moments m and second moments v (n each) with the
// gradient grad (n) and the rate (1) that AdamRate gave:
//
//	m = beta1·m + (1-beta1)·grad
//	v = beta2·v + (1-beta2)·grad²
//	w = w - rate·m/(sqrt(v)+epsilon)
//
// epsilon is the paper's "epsilon hat" (section 2), as in TensorFlow's
// AdamOptimizer: it is added to the square root of the uncorrected v.
func Adam(dev Device, w, m, v, grad, rate *tensor.Dense, beta1, beta2, epsilon float32) error {
	return dev.Launch(&adam, Args{[]*tensor.Dense{w, m, v, grad, rate},
		[]float32{beta1, beta2, epsilon}, []int{w.Shape().TotalSize()}})
}
