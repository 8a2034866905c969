package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var deviation = Kernel{
	Name:   "deviation",
	Params: []Param{out("deviation"), in("x")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{1, n[0]} },
	Items:  single, Grid: gridBlock, Tol: roundedTol,
	F32: func(m Mem[float32], _, _ int) {
		x, n := m.F[1], float64(m.N[0])
		var sum, squares float64
		for _, v := range x {
			sum += float64(v)
		}
		mean := sum / n
		for _, v := range x {
			d := float64(v) - mean
			squares += d * d
		}
		m.F[0][0] = float32(math.Sqrt(squares / n))
	},
	F64: func(m Mem[float64]) {
		var mean, variance float64
		for i, v := range m.F[1] {
			// Welford (1962) needs one pass: an oracle that goes another way.
			off := v - mean
			mean += off / float64(i+1)
			variance += (off*(v-mean) - variance) / float64(i+1)
		}
		m.F[0][0] = math.Sqrt(variance)
	},
}

// Deviation writes to result (1) the standard deviation of all elements of x (n), the root of
// the mean of (x - mean x)². The elements are the whole population, so the mean divides by n.
// The sums are taken in float64.
func Deviation(dev Device, result, x *tensor.Dense) error {
	return dev.Launch(&deviation, Args{Tensors: []*tensor.Dense{result, x}, Sizes: []int{x.Shape().TotalSize()}})
}
