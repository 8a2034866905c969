package kernels

import "gorgonia.org/tensor"

var hinge = Kernel{
	Name:    "hinge",
	Params:  []Param{out("stats"), out("dlogits"), in("logits")},
	Scalars: []string{"sign"}, Sizes: []string{"n"},
	Lens:  lossLens,
	Items: single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) {
		stats, dlogits, logits := m.F[0], m.F[1], m.F[2]
		sign, n := float64(m.S[0]), float64(m.N[0])
		slope := float32(-sign / n)
		var loss, sum float64
		for i, v := range logits {
			x := float64(v)
			short := max(0, 1-sign*x)
			loss += short
			sum += x
			dlogits[i] = slope
			if !(short > 0) {
				dlogits[i] = float32(short) // 0, or NaN
			}
		}
		stats[0], stats[1] = float32(loss/n), float32(sum/n)
	},
	F64: func(m Mem[float64]) {
		stats, dlogits, logits := m.F[0], m.F[1], m.F[2]
		sign, n := m.S[0], float64(m.N[0])
		stats[0], stats[1] = 0, 0
		for i, x := range logits {
			stats[1] += x / n
			switch loss := 1 - sign*x; {
			case loss <= 0:
				dlogits[i] = 0
			case loss > 0:
				stats[0] += loss / n
				dlogits[i] = -sign / n
			default: // NaN
				stats[0] += loss
				dlogits[i] = loss
			}
		}
	},
}

// Hinge is the hinge loss of logits x (n). It is 0 where sign·x is 1 or more:
//
//	max(0, 1-sign·x)
//
// It writes to stats (2) the mean loss, and the mean of x. It writes to dlogits (n) the
// gradient of the mean loss, -sign/n where 1-sign·x > 0 and 0 elsewhere. sign is 1 for real
// images and -1 for fake images. This is the discriminator's loss of Lim and Ye, "Geometric
// GAN" (2017). The generator's loss is Wasserstein.
func Hinge(dev Device, stats, dlogits, logits *tensor.Dense, sign float32) error {
	return dev.Launch(&hinge, Args{[]*tensor.Dense{stats, dlogits, logits},
		[]float32{sign}, []int{logits.Shape().TotalSize()}})
}
