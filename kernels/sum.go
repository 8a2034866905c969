package kernels

import "gorgonia.org/tensor"

// SumRun is how many elements Sum adds up to one partial sum. Any tensor has fewer
// runs than a run has elements, so that a second stage leaves one number.
const SumRun = 1 << 16

var sum = Kernel{
	Name:   "sum",
	Params: []Param{out("partial"), in("x")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{sumRuns(n[0]), n[0]} },
	Items:  func(n []int) (int, int) { return sumRuns(n[0]), SumRun },
	Grid:   func(n []int) Grid { return Grid{sumRuns(n[0]), 1024} },
	Tol:    defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		partial, x := m.F[0], m.F[1]
		for i := lo; i < hi; i++ {
			var total float64
			for _, v := range x[i*SumRun : min(i*SumRun+SumRun, len(x))] {
				total += float64(v)
			}
			partial[i] = float32(total)
		}
	},
	F64: func(m Mem[float64]) {
		clear(m.F[0])
		for i, v := range m.F[1] {
			m.F[0][i/SumRun] += v
		}
	},
}

// Sum writes to total (1) the sum of x (n), in two stages: partial (n/SumRun, rounded
// up) becomes the sums of successive runs of SumRun elements, total the sum of those.
// Each sum is taken in float64, in a fixed order, and rounded to float32 once.
func Sum(dev Device, total, partial, x *tensor.Dense) error {
	for _, stage := range [][]*tensor.Dense{{partial, x}, {total, partial}} {
		if err := dev.Launch(&sum, Args{Tensors: stage, Sizes: []int{stage[1].Shape().TotalSize()}}); err != nil {
			return err
		}
	}
	return nil
}

func sumRuns(n int) int { return (n + SumRun - 1) / SumRun }
