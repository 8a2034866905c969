package kernels

import "gorgonia.org/tensor"

var unitAdam = Kernel{
	Name: "unit_adam",
	Params: []Param{inout("w").of(MostlyFinite), inout("m").of(MostlyFinite), inout("v").of(NotNegative),
		inout("grad").of(MostlyFinite), in("x").of(MostlyFinite), in("d").of(MostlyFinite), in("rate").of(Rate),
		marks("first"), words("clock")},
	Scalars: []string{"beta1", "beta2", "epsilon"},
	Sizes:   []string{"n", "rows", "cols", "bias_rows", "unit", "bias", "words", "grad_at", "w_at"},
	Lens: func(n []int) []int {
		return []int{n[0], n[0], n[0], n[0], n[1] * n[2], n[1], 1, n[6], 1}
	},
	Items: func(n []int) (int, int) { return n[0], n[1] },
	Grid:  func(n []int) Grid { return Grid{(n[0] + 15) / 16, 256} }, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		for i := lo; i < hi; i++ {
			if sum, ok := unitGradient(a, i); ok {
				a.F[3][i] = float32(sum)
			}
		}
		adamFinite.F32(unitUpdate(a), lo, hi)
	},
	F64: func(a Mem[float64]) {
		for i := range a.F[3] {
			if sum, ok := unitGradient(a, i); ok {
				a.F[3][i] = sum
			}
		}
		adamFinite.F64(unitUpdate(a))
	},
}

// unitUpdate returns the arguments of adam_finite in those of unit_adam.
func unitUpdate[T Real](a Mem[T]) Mem[T] {
	return Mem[T]{F: [][]T{a.F[0], a.F[1], a.F[2], a.F[3], a.F[6]}, U: a.U, S: a.S,
		N: []int{a.N[0], a.N[6], a.N[7], a.N[8]}}
}

// unitGradient returns the gradient of parameter i. It returns false if the unit does not have it.
func unitGradient[T Real](a Mem[T], i int) (sum float64, ok bool) {
	x, d, cols := a.F[4], a.F[5], a.N[2]
	switch j := i - a.N[4]; {
	case j >= 0 && j < cols:
		for r, v := range d {
			sum += float64(x[r*cols+j]) * float64(v)
		}
	case i == a.N[5]:
		for _, v := range d[:a.N[3]] {
			sum += float64(v)
		}
	default:
		return 0, false
	}
	return sum, true
}

// Unit says where the parameters of a layer of one unit are among others: element Weights is the
// first of its weights, and element Bias is its bias.
type Unit struct{ Weights, Bias int }

// UnitAdam does what AdamFinite does for the parameters w (n). Among them are those of a layer of
// one unit. It first writes their gradients to grad (n):
//
//	grad[u.Weights+j] = sum over rows of x[row,j]·d[row]
//	grad[u.Bias] = sum of the first biasRows of d
//
// x (rows, cols) is the layer's input, and d (rows) the gradient at its output. grad keeps the
// other elements, which are gradients too.
func UnitAdam(dev Device, w, m, v, grad, x, d, rate *tensor.Dense, u Unit, biasRows int, beta1, beta2, epsilon float32, s Scanned) error {
	size := append([]int{w.Shape().TotalSize()}, rowsCols(x)...)
	return dev.Launch(&unitAdam, Args{[]*tensor.Dense{w, m, v, grad, x, d, rate, s.First, s.Clock},
		[]float32{beta1, beta2, epsilon},
		append(size, biasRows, u.Weights, u.Bias, s.First.Shape().TotalSize(), s.Grads, s.Values)})
}
