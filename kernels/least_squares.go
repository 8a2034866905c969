package kernels

import "gorgonia.org/tensor"

var leastSquares = Kernel{
	Name:    "least_squares",
	Params:  []Param{out("stats"), out("dlogits"), in("logits")},
	Scalars: []string{"target", "weight"}, Sizes: []string{"n"},
	Lens:  lossLens,
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) {
		stats, dlogits, logits := m.F[0], m.F[1], m.F[2]
		target, weight, n := float64(m.S[0]), float64(m.S[1]), float64(m.N[0])
		var loss, sum float64
		for i, v := range logits {
			x := float64(v)
			d := x - target
			loss += d * d
			sum += x
			dlogits[i] = float32(2 * weight * d / n)
		}
		stats[0], stats[1] = float32(weight*loss/n), float32(sum/n)
	},
	F64: func(m Mem[float64]) {
		stats, dlogits, logits := m.F[0], m.F[1], m.F[2]
		target, weight, n := m.S[0], m.S[1], float64(m.N[0])
		stats[0], stats[1] = 0, 0
		for i, x := range logits {
			stats[0] += weight * (x - target) * (x - target) / n
			stats[1] += x / n
			dlogits[i] = weight * 2 * (x - target) / n
		}
	},
}

// LeastSquares is the squared distance of logits x (n) from one target t:
//
//	(x-t)²
//
// It writes to stats (2) weight times the mean loss, and the mean of x. It writes to
// dlogits (n) the gradient of the first of these, 2·weight·(x-t)/n. The loss is that of Mao et
// al., "Least Squares Generative Adversarial Networks" (2017), whose weight is 1/2.
func LeastSquares(dev Device, stats, dlogits, logits *tensor.Dense, target, weight float32) error {
	return dev.Launch(&leastSquares, Args{[]*tensor.Dense{stats, dlogits, logits},
		[]float32{target, weight}, []int{logits.Shape().TotalSize()}})
}

// lossLens is Lens for a loss with the tensors stats, dlogits (n) and logits (n).
func lossLens(n []int) []int { return []int{2, n[0], n[0]} }
