package kernels

import "gorgonia.org/tensor"

var momentum = Kernel{
	Name:   "momentum",
	Params: []Param{inout("w"), inout("velocity"), in("grad"), in("rate").of(Rate), in("factor").of(Share)},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0], n[0], 1, 1} },
	Items:  elementwise(1), Grid: gridN, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		w, velocity, grad, rate := a.F[0][lo:hi], a.F[1][lo:hi], a.F[2][lo:hi], a.F[3][0]
		factor := a.F[4][0]
		for i, g := range grad {
			velocity[i] = factor*velocity[i] + g
			w[i] -= rate * velocity[i]
		}
	},
	F64: func(a Mem[float64]) {
		w, velocity, grad, rate := a.F[0], a.F[1], a.F[2], a.F[3][0]
		factor := a.F[4][0]
		for i, g := range grad {
			velocity[i] = factor*velocity[i] + g
			w[i] -= rate * velocity[i]
		}
	},
}

// Momentum updates weights w and velocities (n each) with the gradient grad (n),
// the learning rate (1) and the momentum factor (1):
//
//	velocity = factor·velocity + grad
//	w = w - rate·velocity
//
// Polyak's method as TensorFlow's MomentumOptimizer writes it; a factor of 0 is plain
// stochastic gradient descent.
func Momentum(dev Device, w, velocity, grad, rate, factor *tensor.Dense) error {
	return dev.Launch(&momentum, Args{Tensors: []*tensor.Dense{w, velocity, grad, rate, factor},
		Sizes: []int{w.Shape().TotalSize()}})
}
