package kernels

import "gorgonia.org/tensor"

var clip = Kernel{
	Name:    "clip",
	Params:  []Param{inout("w")},
	Scalars: []string{"limit"}, Sizes: []string{"n"},
	Lens:  func(n []int) []int { return []int{n[0]} },
	Items: elementwise(1), Grid: gridN,
	F32: func(m Mem[float32], lo, hi int) {
		w, limit := m.F[0][lo:hi], m.S[0]
		for i, v := range w {
			w[i] = min(max(v, -limit), limit)
		}
	},
	F64: func(m Mem[float64]) {
		for i, v := range m.F[0] {
			switch limit := m.S[0]; {
			case v > limit:
				m.F[0][i] = limit
			case v < -limit:
				m.F[0][i] = -limit
			}
		}
	},
}

// Clip limits the weights w (n) to [-limit, limit], with limit 0 or more: Arjovsky, Chintala
// and Bottou, "Wasserstein GAN" (2017), algorithm 1, line 7.
func Clip(dev Device, w *tensor.Dense, limit float32) error {
	return dev.Launch(&clip, Args{[]*tensor.Dense{w}, []float32{limit}, []int{w.Shape().TotalSize()}})
}
