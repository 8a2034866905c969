package kernels

import "gorgonia.org/tensor"

var rowLoss = Kernel{
	Name:    "row_loss",
	Params:  []Param{out("stats"), in("norm")},
	Scalars: []string{"weight", "centre"}, Sizes: []string{"rows"},
	Lens:  func(n []int) []int { return []int{2, n[0]} },
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) {
		stats, weight, centre, rows := m.F[0], float64(m.S[0]), float64(m.S[1]), float64(m.N[0])
		var loss, sum float64
		for _, v := range m.F[1] {
			d := float64(v) - centre
			loss += d * d
			sum += float64(v)
		}
		stats[0], stats[1] = float32(weight*loss/rows), float32(sum/rows)
	},
	F64: func(m Mem[float64]) {
		stats, weight, centre, rows := m.F[0], m.S[0], m.S[1], float64(m.N[0])
		stats[0], stats[1] = 0, 0
		for _, norm := range m.F[1] {
			stats[0] += weight * (norm - centre) * (norm - centre) / rows
			stats[1] += norm / rows
		}
	},
}

// RowLoss writes to stats (2) the penalty weight·mean (norm-centre)² and the mean of
// norm (rows). RowPenalty gives the penalty's gradient.
func RowLoss(dev Device, stats, norm *tensor.Dense, weight, centre float32) error {
	return dev.Launch(&rowLoss, Args{[]*tensor.Dense{stats, norm}, []float32{weight, centre},
		[]int{norm.Shape().TotalSize()}})
}
