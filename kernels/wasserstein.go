package kernels

import "gorgonia.org/tensor"

var wasserstein = Kernel{
	Name:    "wasserstein",
	Params:  []Param{out("stats"), out("dlogits"), in("logits")},
	Scalars: []string{"weight"}, Sizes: []string{"n"},
	Lens:  lossLens,
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) {
		stats, dlogits, logits := m.F[0], m.F[1], m.F[2]
		weight, n := float64(m.S[0]), float64(m.N[0])
		slope := float32(weight / n)
		var sum float64
		for i, v := range logits {
			sum += float64(v)
			dlogits[i] = slope
		}
		stats[0], stats[1] = float32(weight*sum/n), float32(sum/n)
	},
	F64: func(m Mem[float64]) {
		stats, dlogits, logits := m.F[0], m.F[1], m.F[2]
		weight, n := m.S[0], float64(m.N[0])
		stats[0], stats[1] = 0, 0
		for i, x := range logits {
			stats[0] += weight * x / n
			stats[1] += x / n
			dlogits[i] = weight / n
		}
	},
}

// Wasserstein is the loss weight·x of a critic's outputs x (n). It writes to stats (2) the mean
// loss, and the mean of x. It writes to dlogits (n) the gradient of the mean loss, weight/n for
// every x. For the critic weight is -1 for real images and 1 for fake images. For the generator
// it is -1 for fake images. See Arjovsky et al., "Wasserstein GAN" (2017), section 3,
// algorithm 1.
func Wasserstein(dev Device, stats, dlogits, logits *tensor.Dense, weight float32) error {
	return dev.Launch(&wasserstein, Args{[]*tensor.Dense{stats, dlogits, logits},
		[]float32{weight}, []int{logits.Shape().TotalSize()}})
}
