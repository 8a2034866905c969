package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

var perturb = Kernel{
	Name:    "perturb",
	Params:  []Param{out("x"), in("a"), in("deviation"), words("key"), words("clock")},
	Scalars: []string{"scale"}, Sizes: []string{"n", "stream", "first"},
	Lens:  func(n []int) []int { return []int{n[0], n[0], 1, 2, 1} },
	Items: byCounter(16),
	Grid:  gridCounters, Tol: sumTol,
	F32: perturbBlocks,
	F64: func(m Mem[float64]) {
		for i, a := range m.F[1] {
			w := Philox4x32([4]uint32{uint32((m.N[2] + i) / 4), uint32(m.N[1]), m.U[1][0], 0}, [2]uint32(m.U[0]))
			m.F[0][i] = a + m.S[0]*m.F[2][0]*float64(w[i%4]>>8)/(1<<24)
		}
	},
}

// Perturb writes to x (n) the elements of a (n) plus uniform noise. The noise is in proportion
// to deviation (1), which Deviation wrote:
//
//	x = a + scale·deviation·u
//
// u is a multiple of 2^-24 in [0,1), from the random word of element first+i for element i. first is a
// multiple of 4; an error says so. If a is a batch of
// real images and scale is 1/2, x are the penalty points of DRAGAN: Kodali et al., "On
// Convergence and Stability of GANs" (2017).
func Perturb(dev Device, x, a, deviation, key, clock *tensor.Dense, stream Stream, scale float32, first int) error {
	if first%4 != 0 {
		return fmt.Errorf("kernels: perturb: the first element is %d, want a multiple of 4", first)
	}
	return dev.Launch(&perturb, Args{[]*tensor.Dense{x, a, deviation, key, clock}, []float32{scale},
		[]int{x.Shape().TotalSize(), int(stream), first}})
}

func perturbBlocks(m Mem[float32], lo, hi int) {
	x, a, key, step, size, first := m.F[0], m.F[1], [2]uint32(m.U[0]), m.U[1][0], m.S[0]*m.F[2][0], m.N[2]/4
	for c := lo; c < hi; c++ {
		w := Philox4x32([4]uint32{uint32(first + c), uint32(m.N[1]), step, 0}, key)
		to := x[4*c : min(4*c+4, len(x))]
		for j, v := range a[4*c:][:len(to)] {
			to[j] = v + size*unit(w[j])
		}
	}
}
