package kernels

import "gorgonia.org/tensor"

var bceLoss = Kernel{
	Name:    "bce_loss",
	Params:  []Param{out("stats"), in("logits")},
	Scalars: []string{"target", "weight"}, Sizes: []string{"n"},
	Lens:  func(n []int) []int { return []int{2, n[0]} },
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) { m.F[0][0], m.F[0][1] = bceMeans(m, m.F[1], nil) },
	F64: func(m Mem[float64]) {
		bceLogits.F64(Mem[float64]{F: [][]float64{m.F[0], make([]float64, m.N[0]), m.F[1]}, S: m.S, N: m.N})
	},
}

// BCELoss writes to stats (2) what BCELogits writes there for logits (n), with the same bits. It
// does not write the gradient.
func BCELoss(dev Device, stats, logits *tensor.Dense, target, weight float32) error {
	return dev.Launch(&bceLoss, Args{[]*tensor.Dense{stats, logits},
		[]float32{target, weight}, []int{logits.Shape().TotalSize()}})
}
