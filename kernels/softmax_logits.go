package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var softmaxLogits = Kernel{
	Name:    "softmax_logits",
	Params:  []Param{out("stats"), out("dlogits"), in("logits"), in("target").of(Share)},
	Scalars: []string{"weight"}, Sizes: []string{"rows", "cols"},
	Lens: func(n []int) []int {
		area := n[0] * n[1]
		return []int{2, area, area, area}
	},
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) {
		stats, dlogits, logits, target := m.F[0], m.F[1], m.F[2], m.F[3]
		weight, rows, cols := float64(m.S[0]), float64(m.N[0]), m.N[1]
		var losses, right float64
		for at := 0; at < len(logits); at += cols {
			x, t, d := logits[at:at+cols], target[at:at+cols], dlogits[at:at+cols]
			most, wanted, sum := x[0], 0.0, 0.0
			for j, v := range x {
				most = max(most, v)
				wanted += float64(t[j]) * float64(v)
			}
			for j, v := range x {
				e := math.Exp(float64(v) - float64(most))
				d[j] = float32(e)
				sum += e
			}
			losses += float64(most) + math.Log(sum) - wanted
			if wanted >= float64(most) {
				right++
			}
			for j, e := range d {
				d[j] = float32(weight * (float64(e)/sum - float64(t[j])) / rows)
			}
		}
		stats[0], stats[1] = float32(weight*losses/rows), float32(right/rows)
	},
	F64: func(m Mem[float64]) {
		stats, dlogits, logits, target := m.F[0], m.F[1], m.F[2], m.F[3]
		weight, rows, cols := m.S[0], float64(m.N[0]), m.N[1]
		stats[0], stats[1] = 0, 0
		for at := 0; at < len(logits); at += cols {
			most, wanted, sum := math.Inf(-1), 0.0, 0.0
			for j := range cols {
				most = max(most, logits[at+j])
				wanted += target[at+j] * logits[at+j]
			}
			for j := range cols {
				sum += math.Exp(logits[at+j] - most)
			}
			stats[0] += weight * (most + math.Log(sum) - wanted) / rows
			if wanted >= most {
				stats[1] += 1 / rows
			}
			for j := range cols {
				dlogits[at+j] = weight * (math.Exp(logits[at+j]-most)/sum - target[at+j]) / rows
			}
		}
	},
}

// SoftmaxLogits is the cross-entropy of the probabilities p = softmax(x), given as logits x
// (rows, cols), with target t (rows, cols), whose rows are one-hot vectors. With m, the largest
// logit of a row, no finite logit overflows in this form:
//
//	-Σ t·log p = m + log Σ exp(x-m) - Σ t·x
//
// It writes to stats (2) weight times the mean loss of a row, and the share of the rows in which no
// logit is above that of the target. It writes to dlogits (rows, cols) the gradient of the first of
// these, weight·(p-t)/rows.
func SoftmaxLogits(dev Device, stats, dlogits, logits, target *tensor.Dense, weight float32) error {
	return dev.Launch(&softmaxLogits, Args{[]*tensor.Dense{stats, dlogits, logits, target}, []float32{weight}, rowsCols(logits)})
}
