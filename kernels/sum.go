package kernels

import "gorgonia.org/tensor"

// SumGroup is the number of elements that Sum adds up to one partial sum. Any tensor has
// fewer groups than a group has elements, so a second launch leaves one number.
const SumGroup = 1 << 16

var sum = Kernel{
	Name:   "sum",
	Params: []Param{out("partial"), in("x")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{sumPartials(n[0]), n[0]} },
	Items:  func(n []int) (int, int) { return sumPartials(n[0]), SumGroup },
	Grid:   func(n []int) Grid { return Grid{sumPartials(n[0]), 1024} },
	Tol:    defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		partial, x := m.F[0], m.F[1]
		for i := lo; i < hi; i++ {
			var total float64
			for _, v := range x[i*SumGroup : min(i*SumGroup+SumGroup, len(x))] {
				total += float64(v)
			}
			partial[i] = float32(total)
		}
	},
	F64: func(m Mem[float64]) {
		clear(m.F[0])
		for i, v := range m.F[1] {
			m.F[0][i/SumGroup] += v
		}
	},
}

// Sum writes to total (1) the sum of x (n). It takes two launches. The first writes to
// partial (n/SumGroup, rounded up) the sums of successive groups of SumGroup elements. The
// second writes their sum to total. Each sum is taken in float64, in a fixed order, and
// rounded to float32 once.
func Sum(dev Device, total, partial, x *tensor.Dense) error {
	for _, stage := range [][]*tensor.Dense{{partial, x}, {total, partial}} {
		if err := dev.Launch(&sum, Args{Tensors: stage, Sizes: []int{stage[1].Shape().TotalSize()}}); err != nil {
			return err
		}
	}
	return nil
}

func sumPartials(n int) int { return (n + SumGroup - 1) / SumGroup }
