package kernels

import "gorgonia.org/tensor"

var spectralGrad = Kernel{
	Name:   "spectral_grad",
	Params: []Param{out("dw"), in("d"), in("dot"), in("v").of(Tanh), in("u").of(Tanh), in("sigma").of(Positive)},
	Sizes:  []string{"rows", "cols"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0] * n[1], 1, n[0], n[1], 1} },
	Items:  byRow(2), Grid: gridArea,
	// The difference of d and dot·v·u, which may cancel, is divided by sigma, 0.1 at least.
	Tol: Tol{Abs: 1e-6, Rel: 1e-5, Cancel: 1e-5},
	F32: func(m Mem[float32], lo, hi int) {
		v, u, cols, factor := m.F[3], m.F[4], m.N[1], 1/m.F[5][0]
		dot := m.F[2][0] * factor
		for r := lo; r < hi; r++ {
			along, dw := dot*v[r], m.F[0][r*cols:][:cols]
			for c, d := range m.F[1][r*cols:][:cols] {
				dw[c] = d*factor - along*u[c]
			}
		}
	},
	F64: func(m Mem[float64]) {
		dot, v, u, sigma, cols := m.F[2][0], m.F[3], m.F[4], m.F[5][0], m.N[1]
		for i, d := range m.F[1] {
			m.F[0][i] = (d - dot*v[i/cols]*u[i%cols]) / sigma
		}
	},
}

// SpectralGrad writes to dw (rows, cols) the gradient at weights, from that at the weights divided by their
// largest singular value sigma (1), which is d (rows, cols):
//
//	dw = (d - dot·v·uᵀ)/sigma
//
// dot (1) is the sum of d times the divided weights, element by element. v (rows) and u (cols) are the
// singular vectors, of length 1. They count as constants: Miyato et al., "Spectral Normalization for
// Generative Adversarial Networks" (2018), equation 12.
func SpectralGrad(dev Device, dw, d, dot, v, u, sigma *tensor.Dense) error {
	return dev.Launch(&spectralGrad, Args{Tensors: []*tensor.Dense{dw, d, dot, v, u, sigma},
		Sizes: []int{v.Shape().TotalSize(), u.Shape().TotalSize()}})
}
