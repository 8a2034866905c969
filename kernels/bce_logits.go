package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var bceLogits = Kernel{
	Name:    "bce_logits",
	Params:  []Param{out("stats"), out("dlogits"), in("logits")},
	Scalars: []string{"target", "weight"}, Sizes: []string{"n"},
	Lens:  lossLens,
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) { m.F[0][0], m.F[0][1] = bceMeans(m, m.F[2], m.F[1]) },
	F64: func(m Mem[float64]) {
		stats, dlogits, logits := m.F[0], m.F[1], m.F[2]
		target, weight, n := m.S[0], m.S[1], float64(m.N[0])
		stats[0], stats[1] = 0, 0
		for i, x := range logits {
			// softplus is log(1+exp(x)). Above 700 it is x to the last bit.
			softplus := x
			if !(x > 700) {
				softplus = math.Log1p(math.Exp(x))
			}
			p := 1 / (1 + math.Exp(-x))
			stats[0] += weight * (softplus - target*x) / n
			stats[1] += p / n
			dlogits[i] = weight * (p - target) / n
		}
	},
}

// bceMeans returns what the kernels of the binary cross-entropy write to stats. It writes the
// gradient to dlogits, if that is not nil.
func bceMeans(m Mem[float32], logits, dlogits []float32) (loss, prob float32) {
	target, weight, n := float64(m.S[0]), float64(m.S[1]), float64(m.N[0])
	var losses, probs float64
	for i, v := range logits {
		x := float64(v)
		p := logistic(x)
		losses += max(x, 0) - x*target + math.Log1p(math.Exp(-math.Abs(x)))
		probs += p
		if dlogits != nil {
			dlogits[i] = float32(weight * (p - target) / n)
		}
	}
	return float32(weight * losses / n), float32(probs / n)
}

// BCELogits is the binary cross-entropy of probabilities p = 1/(1+exp(-x)), given as logits
// x (n), with one target t in [0,1]. No finite logit overflows in this form:
//
//	-t·log p - (1-t)·log(1-p) = max(x,0) - x·t + log(1+exp(-|x|))
//
// It writes to stats (2) weight times the mean loss, and the mean of p. It writes to
// dlogits (n) the gradient of the first of these, weight·(p-t)/n. A weight of -1 with target 0
// is the generator's loss of the minimax game, mean log(1-p).
func BCELogits(dev Device, stats, dlogits, logits *tensor.Dense, target, weight float32) error {
	return dev.Launch(&bceLogits, Args{[]*tensor.Dense{stats, dlogits, logits},
		[]float32{target, weight}, []int{logits.Shape().TotalSize()}})
}
