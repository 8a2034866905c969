package kernels

import "gorgonia.org/tensor"

var logLossGrad = Kernel{
	Name:    "log_loss_grad",
	Params:  []Param{out("dp"), in("p").of(Probability)},
	Scalars: []string{"target", "weight"}, Sizes: []string{"n"},
	Lens:  func(n []int) []int { return []int{n[0], n[0]} },
	Items: elementwise(4), Grid: gridN, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		dp, p, target, scale := m.F[0][lo:hi], m.F[1][lo:hi], m.S[0], m.S[1]/float32(m.N[0])
		for i, v := range p {
			dp[i] = (v - target) * scale / ((1 - v) * v)
		}
	},
	F64: func(m Mem[float64]) {
		target, weight, n := m.S[0], m.S[1], float64(m.N[0])
		for i, p := range m.F[1] {
			m.F[0][i] = weight * (p - target) / (p * (1 - p)) / n
		}
	},
}

// LogLossGrad writes to dp (n) the gradient of LogLoss's first value at the
// probabilities p (n), weight·(p-t)/(p·(1-p))/n. Where p is 0 or 1 it is infinite, or
// NaN for a target t of the same.
func LogLossGrad(dev Device, dp, p *tensor.Dense, target, weight float32) error {
	return dev.Launch(&logLossGrad, Args{[]*tensor.Dense{dp, p}, []float32{target, weight},
		[]int{p.Shape().TotalSize()}})
}
