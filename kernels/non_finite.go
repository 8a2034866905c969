package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

// Chunk is the number of elements that share one word of NonFinite's report.
const Chunk = 1024

var nonFinite = Kernel{
	Name:   "non_finite",
	Params: []Param{marks("first"), in("x").of(MostlyFinite), words("clock")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{(n[0] + Chunk - 1) / Chunk, n[0], 1} },
	Items:  func(n []int) (int, int) { return (n[0] + Chunk - 1) / Chunk, Chunk }, Grid: gridChunks,
	F32: func(m Mem[float32], lo, hi int) {
		first, x, step := m.U[0], m.F[0], m.U[1][0]
		for c := lo; c < hi; c++ {
			// 0·v is 0 for a finite v, and NaN for NaN and infinities: one test a chunk is enough.
			var zero float32
			for _, v := range x[c*Chunk : min(c*Chunk+Chunk, len(x))] {
				zero += 0 * v
			}
			if zero != 0 && first[c] == 0 {
				first[c] = step
			}
		}
	},
	F64: func(m Mem[float64]) {
		for i, v := range m.F[0] {
			if (math.IsNaN(v) || math.IsInf(v, 0)) && m.U[0][i/Chunk] == 0 {
				m.U[0][i/Chunk] = m.U[1][0]
			}
		}
	},
}

// NonFinite notes where x (n) holds NaN or infinities. first (n/Chunk, rounded up), uint32,
// has one word for each Chunk elements of x, and 0 means that all were finite so far. A word
// that is 0 becomes the number of the step if its elements hold a NaN or an infinity. Other
// words stay.
func NonFinite(dev Device, first, x, clock *tensor.Dense) error {
	return dev.Launch(&nonFinite, Args{Tensors: []*tensor.Dense{first, x, clock},
		Sizes: []int{x.Shape().TotalSize()}})
}
