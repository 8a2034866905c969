package kernels

import "gorgonia.org/tensor"

var balance = Kernel{
	Name:    "balance",
	Params:  []Param{inout("k").of(Share), in("real"), in("fake")},
	Scalars: []string{"gamma", "rate"},
	Lens:    func([]int) []int { return []int{1, 2, 2} },
	Items:   single, Grid: gridThread, Tol: sumTol,
	F32: func(m Mem[float32], _, _ int) {
		off := float64(m.S[0])*float64(m.F[1][0]) - float64(m.F[2][0])
		m.F[0][0] = float32(min(max(float64(m.F[0][0])+float64(m.S[1])*off, 0), 1))
	},
	F64: func(m Mem[float64]) {
		k := m.F[0][0] + m.S[1]*(m.S[0]*m.F[1][0]-m.F[2][0])
		switch {
		case k > 1:
			k = 1
		case k < 0:
			k = 0
		}
		m.F[0][0] = k
	},
}

// Balance moves k (1) by the errors of an autoencoder on real and on fake images, and keeps it in [0,1]:
//
//	k = min(1, max(0, k + rate·(gamma·real - fake)))
//
// real and fake (2) are results of losses, whose first number counts. It is the proportional control of Berthelot,
// Schumm and Metz, "BEGAN: Boundary Equilibrium Generative Adversarial Networks" (2017), section 3.4, which brings fake/real
// to gamma. k is computed in float64 and rounded once.
func Balance(dev Device, k, real, fake *tensor.Dense, gamma, rate float32) error {
	return dev.Launch(&balance, Args{Tensors: []*tensor.Dense{k, real, fake}, Scalars: []float32{gamma, rate}})
}
