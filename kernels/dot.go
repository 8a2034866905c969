package kernels

import "gorgonia.org/tensor"

var dot = Kernel{
	Name:   "dot",
	Params: []Param{out("partial"), in("x"), in("y")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{DotPartials(n[0]), n[0], n[0]} },
	Items:  func(n []int) (int, int) { return DotPartials(n[0]), SumGroup },
	Grid:   sum.Grid,
	Tol:    defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		partial, x, y := m.F[0], m.F[1], m.F[2]
		for i := lo; i < hi; i++ {
			from, to := i*SumGroup, min(i*SumGroup+SumGroup, len(x))
			partial[i] = float32(sumProducts(x[from:to], y[from:to]))
		}
	},
	F64: func(m Mem[float64]) {
		clear(m.F[0])
		for i, v := range m.F[1] {
			m.F[0][i/SumGroup] += v * m.F[2][i]
		}
	},
}

// Dot writes to product (1) the sum of x·y, for x and y (n). partial (DotPartials(n)) is memory for the
// sums of successive groups of SumGroup products, or nil if there is one group. Each sum is taken in float64,
// in a fixed order, and rounded to float32 once.
func Dot(dev Device, product, partial, x, y *tensor.Dense) error {
	first := product
	if partial != nil {
		first = partial
	}
	if err := dev.Launch(&dot, Args{Tensors: []*tensor.Dense{first, x, y}, Sizes: []int{x.Shape().TotalSize()}}); err != nil || partial == nil {
		return err
	}
	return dev.Launch(&sum, Args{Tensors: []*tensor.Dense{product, partial}, Sizes: []int{partial.Shape().TotalSize()}})
}

// DotPartials returns the number of partial sums of n products.
func DotPartials(n int) int { return sumPartials(n) }

// sumProducts returns the sum of x·y, in the order of SumSquares.
func sumProducts(x, y []float32) float64 {
	var lanes [8]float64
	for len(x) >= len(lanes) && len(y) >= len(lanes) {
		for j := range lanes {
			lanes[j] += float64(x[j]) * float64(y[j])
		}
		x, y = x[len(lanes):], y[len(lanes):]
	}
	for j, v := range x {
		lanes[j] += float64(v) * float64(y[j])
	}
	for half := 4; half > 0; half /= 2 {
		for j := range half {
			lanes[j] += lanes[j+half]
		}
	}
	return lanes[0]
}
