package kernels

import "gorgonia.org/tensor"

var perturb = Kernel{
	Name:    "perturb",
	Params:  []Param{out("x"), in("a"), in("deviation"), words("key"), words("clock")},
	Scalars: []string{"scale"}, Sizes: []string{"n", "stream"},
	Lens:  func(n []int) []int { return []int{n[0], n[0], 1, 2, 1} },
	Items: byCounter(16),
	Grid:  gridCounters, Tol: sumTol,
	F32: perturbBlocks,
	F64: func(m Mem[float64]) {
		for i, a := range m.F[1] {
			w := Philox4x32([4]uint32{uint32(i / 4), uint32(m.N[1]), m.U[1][0], 0}, [2]uint32(m.U[0]))
			m.F[0][i] = a + m.S[0]*m.F[2][0]*float64(w[i%4]>>8)/(1<<24)
		}
	},
}

// Perturb writes to x (any shape) the values a (of the same) and noise of a size that
// goes by their deviation (1), as Deviation gives it:
//
//	x = a + scale·deviation·u
//
// u, multiples of 2^-24 on [0,1), come from the words that NewNoise uses for key (2),
// stream and the step in clock (1). About the data, with scale 1/2, these are points as
// DRAGAN penalises gradients at: Kodali et al., "On Convergence and Stability of GANs"
// (2017). x overlaps neither a nor deviation.
func Perturb(dev Device, x, a, deviation, key, clock *tensor.Dense, stream Stream, scale float32) error {
	return dev.Launch(&perturb, Args{[]*tensor.Dense{x, a, deviation, key, clock}, []float32{scale},
		[]int{x.Shape().TotalSize(), int(stream)}})
}

func perturbBlocks(m Mem[float32], lo, hi int) {
	x, a, key, step, size := m.F[0], m.F[1], [2]uint32(m.U[0]), m.U[1][0], m.S[0]*m.F[2][0]
	for c := lo; c < hi; c++ {
		w := Philox4x32([4]uint32{uint32(c), uint32(m.N[1]), step, 0}, key)
		to := x[4*c : min(4*c+4, len(x))]
		for j, v := range a[4*c:][:len(to)] {
			to[j] = v + size*unit(w[j])
		}
	}
}
