package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var logLoss = Kernel{
	Name:    "log_loss",
	Params:  []Param{out("stats"), in("p").of(Share)},
	Scalars: []string{"target", "weight"}, Sizes: []string{"n"},
	Lens:  func(n []int) []int { return []int{2, n[0]} },
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) {
		stats, target, weight, n := m.F[0], float64(m.S[0]), float64(m.S[1]), float64(m.N[0])
		var loss, prob float64
		for _, v := range m.F[1] {
			p := float64(v)
			loss -= target*math.Log(p) + (1-target)*math.Log(1-p)
			prob += p
		}
		stats[0], stats[1] = float32(weight*loss/n), float32(prob/n)
	},
	F64: func(m Mem[float64]) {
		stats, target, weight, n := m.F[0], m.S[0], m.S[1], float64(m.N[0])
		stats[0], stats[1] = 0, 0
		for _, p := range m.F[1] {
			stats[0] += weight * (-target*math.Log(p) - (1-target)*math.Log(1-p)) / n
			stats[1] += p / n
		}
	},
}

// LogLoss is the binary cross-entropy of probabilities p (n) with one target t in
// [0,1], as it is written:
//
//	-t·log p - (1-t)·log(1-p)
//
// stats (2) becomes weight times the mean loss, and the mean of p. A probability that
// has rounded to 0 or 1, as a float32 sigmoid's does from logits of about 17 on, makes
// the loss infinite or NaN, where BCELogits stays finite.
func LogLoss(dev Device, stats, p *tensor.Dense, target, weight float32) error {
	return dev.Launch(&logLoss, Args{[]*tensor.Dense{stats, p}, []float32{target, weight},
		[]int{p.Shape().TotalSize()}})
}
