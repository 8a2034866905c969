package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var sigmoid = Kernel{
	Name:   "sigmoid",
	Params: []Param{out("p"), in("x")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0]} },
	Items:  elementwise(8), Grid: gridN, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		p, x := m.F[0][lo:hi], m.F[1][lo:hi]
		for i, v := range x {
			p[i] = float32(logistic(float64(v)))
		}
	},
	F64: func(m Mem[float64]) {
		for i, x := range m.F[1] {
			m.F[0][i] = 1 / (1 + math.Exp(-x))
		}
	},
}

// Sigmoid writes to p (n) the probabilities 1/(1+exp(-x)) of the logits x (n). Sigmoid,
// LogLoss, LogLossGrad and SigmoidBack together do in four launches what BCELogits does in one.
// They exist to be compared with it.
func Sigmoid(dev Device, p, x *tensor.Dense) error {
	return dev.Launch(&sigmoid, Args{Tensors: []*tensor.Dense{p, x}, Sizes: []int{x.Shape().TotalSize()}})
}

// logistic returns 1/(1+exp(-x)). It takes the exponential of -|x| only, which cannot overflow.
func logistic(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}
