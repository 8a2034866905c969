package kernels

import "gorgonia.org/tensor"

var classAdam = Kernel{
	Name: "class_adam",
	Params: []Param{inout("w").of(MostlyFinite), inout("m").of(MostlyFinite), inout("v").of(NotNegative),
		out("grad"), in("d").of(MostlyFinite), words("label"), in("rate").of(Rate), marks("first"), words("clock")},
	Scalars: []string{"beta1", "beta2", "epsilon"},
	Sizes:   []string{"rows", "cols", "classes", "words", "grad_at", "w_at"},
	Lens: func(n []int) []int {
		table := n[2] * n[1]
		return []int{table, table, table, table, n[0] * n[1], n[0], 1, n[3], 1}
	},
	Items: func(n []int) (int, int) { return n[2], n[0]*n[1]/n[2] + n[0] + 5*n[1] },
	Grid:  func(n []int) Grid { return perThread(n[2] * n[1]) }, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		classGrad.F32(Mem[float32]{F: a.F[3:5], U: a.U[:1], N: a.N[:3]}, lo, hi)
		adamFinite.F32(classUpdate(a), lo*a.N[1], hi*a.N[1])
	},
	F64: func(a Mem[float64]) {
		classGrad.F64(Mem[float64]{F: a.F[3:5], U: a.U[:1], N: a.N[:3]})
		adamFinite.F64(classUpdate(a))
	},
}

// classUpdate returns the arguments of adam_finite in those of class_adam.
func classUpdate[T Real](a Mem[T]) Mem[T] {
	return Mem[T]{F: [][]T{a.F[0], a.F[1], a.F[2], a.F[3], a.F[5]}, U: a.U[1:], S: a.S,
		N: []int{len(a.F[0]), a.N[3], a.N[4], a.N[5]}}
}

// ClassAdam does what ClassGrad does and then AdamFinite, with the same bits. w, m, v and grad
// (classes, cols) are those of the table of ClassBias. d (rows, cols) is the gradient at its output,
// and label (rows), uint32, has the labels.
func ClassAdam(dev Device, w, m, v, grad, d, label, rate *tensor.Dense, classes int, beta1, beta2, epsilon float32, s Scanned) error {
	return dev.Launch(&classAdam, Args{[]*tensor.Dense{w, m, v, grad, d, label, rate, s.First, s.Clock},
		[]float32{beta1, beta2, epsilon},
		append(rowsCols(d), classes, s.First.Shape().TotalSize(), s.Grads, s.Values)})
}
