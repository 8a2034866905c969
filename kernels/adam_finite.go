package kernels

import (
	"math"
	"sync/atomic"

	"gorgonia.org/tensor"
)

var adamFinite = Kernel{
	Name: "adam_finite",
	Params: []Param{inout("w").of(MostlyFinite), inout("m").of(MostlyFinite), inout("v").of(NotNegative),
		in("grad").of(MostlyFinite), in("rate").of(Rate), marks("first"), words("clock")},
	Scalars: []string{"beta1", "beta2", "epsilon"}, Sizes: []string{"n", "words", "grad_at", "w_at"},
	Lens:  func(n []int) []int { return []int{n[0], n[0], n[0], n[0], 1, n[1], 1} },
	Items: elementwise(5), Grid: gridN, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		adam.F32(a, lo, hi)
		for i := lo; i < hi; i++ {
			markNonFinite(a.U[0], a.N[2]+i, a.F[3][i], a.U[1][0])
			markNonFinite(a.U[0], a.N[3]+i, a.F[0][i], a.U[1][0])
		}
	},
	F64: func(a Mem[float64]) {
		adam.F64(a)
		oracleOfMarks(a, a.F[3], a.N[2])
		oracleOfMarks(a, a.F[0], a.N[3])
	},
}

// Scanned says where the words of NonFinite for some memory are, and where in the memory, in
// elements, the gradients and the weights of an update lie.
type Scanned struct {
	First, Clock  *tensor.Dense // (words) and (1), uint32
	Grads, Values int
}

// AdamFinite does what Adam does and then NonFinite on grad and on w, with the same bits. s.First
// has a word for each Chunk elements of memory that contains grad and w.
func AdamFinite(dev Device, w, m, v, grad, rate *tensor.Dense, beta1, beta2, epsilon float32, s Scanned) error {
	return dev.Launch(&adamFinite, Args{[]*tensor.Dense{w, m, v, grad, rate, s.First, s.Clock},
		[]float32{beta1, beta2, epsilon}, []int{w.Shape().TotalSize(), s.First.Shape().TotalSize(), s.Grads, s.Values}})
}

// markNonFinite sets the word of element at, if it is 0 and v is not finite, to step. Bodies of
// other elements may do the same at the same time.
func markNonFinite(first []uint32, at int, v float32, step uint32) {
	if v-v != 0 {
		atomic.CompareAndSwapUint32(&first[at/Chunk], 0, step)
	}
}

// oracleOfMarks marks the elements of x, the first of which is element at of the memory.
func oracleOfMarks(a Mem[float64], x []float64, at int) {
	for i, v := range x {
		if (math.IsNaN(v) || math.IsInf(v, 0)) && a.U[0][(at+i)/Chunk] == 0 {
			a.U[0][(at+i)/Chunk] = a.U[1][0]
		}
	}
}
