package kernels

import "gorgonia.org/tensor"

var sigmoidBack = Kernel{
	Name:   "sigmoid_back",
	Params: []Param{out("dx"), in("dp"), in("p").of(Share)},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0], n[0]} },
	Items:  elementwise(1), Grid: gridN, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		dx, dp, p := m.F[0][lo:hi], m.F[1][lo:hi], m.F[2][lo:hi]
		for i, v := range p {
			dx[i] = dp[i] * v * (1 - v)
		}
	},
	F64: func(m Mem[float64]) {
		for i, p := range m.F[2] {
			m.F[0][i] = m.F[1][i] * p * (1 - p)
		}
	},
}

// SigmoidBack writes to dx (n) the gradient at the input of Sigmoid, dp·p·(1-p), from
// dp (n), the gradient at its output p (n).
func SigmoidBack(dev Device, dx, dp, p *tensor.Dense) error {
	return dev.Launch(&sigmoidBack, Args{Tensors: []*tensor.Dense{dx, dp, p}, Sizes: []int{p.Shape().TotalSize()}})
}
