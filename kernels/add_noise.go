package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

var addNoise = Kernel{
	Name:    "add_noise",
	Params:  []Param{inout("x"), words("key"), words("clock")},
	Scalars: []string{"stddev"}, Sizes: []string{"n", "stream", "steps", "first"},
	Lens:  func(n []int) []int { return []int{n[0], 2, 1} },
	Items: byCounter(64),
	Grid:  gridCounters,
	// The tolerance of normal, and one rounding of the sum.
	Tol: Tol{Abs: 1e-5, Cancel: 1e-7},
	F32: func(m Mem[float32], lo, hi int) {
		x, key, step, stddev, first := m.F[0], [2]uint32(m.U[0]), m.U[1][0], float64(m.S[0]), m.N[3]/4
		if steps := m.N[2]; steps > 0 {
			stddev *= float64(max(0, steps-int(step-1))) / float64(steps)
		}
		for c := lo; c < hi; c++ {
			v := boxMuller(Philox4x32([4]uint32{uint32(first + c), uint32(m.N[1]), step, 0}, key))
			part := x[4*c : min(4*c+4, len(x))]
			for j := range part {
				part[j] += float32(stddev * v[j])
			}
		}
	},
	F64: func(m Mem[float64]) {
		stddev, steps := m.S[0], float64(m.N[2])
		if steps > 0 {
			stddev *= max(0, 1-(float64(m.U[1][0])-1)/steps)
		}
		noise := make([]float64, m.N[3]+m.N[0])
		normal.F64(Mem[float64]{F: [][]float64{noise}, U: m.U, S: []float64{stddev}, N: []int{len(noise), m.N[1]}})
		for i, v := range noise[m.N[3]:] {
			m.F[0][i] += v
		}
	},
}

// AddNoise adds normal noise to x (n). The noise gets weaker from step to step:
//
//	x = x + stddev·max(0, 1-(step-1)/steps)·z
//
// z is the noise that NormalNoise writes for the same key, clock and stream with a stddev of 1, from its
// element first on. first is a multiple of 4; an error says so.
// If steps is 0, the noise keeps its strength. NaN and infinities in x stay. This is the
// instance noise of Sønderby et al., "Amortised MAP Inference for Image Super-resolution"
// (2017), section 3.3.
func AddNoise(dev Device, x, key, clock *tensor.Dense, stream Stream, stddev float32, steps, first int) error {
	if first%4 != 0 {
		return fmt.Errorf("kernels: add_noise: the first element is %d, want a multiple of 4", first)
	}
	return dev.Launch(&addNoise, Args{[]*tensor.Dense{x, key, clock}, []float32{stddev},
		[]int{x.Shape().TotalSize(), int(stream), steps, first}})
}
