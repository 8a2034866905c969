package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var pairing = Kernel{
	Name:   "pairing",
	Params: []Param{out("stats"), out("da"), out("db"), in("a"), in("b")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{2, n[0], n[0], n[0], n[0]} },
	Items:  single, Grid: gridBlock, Tol: defaultTol,
	F32: func(m Mem[float32], _, _ int) {
		stats, da, db, b, n := m.F[0], m.F[1], m.F[2], m.F[4], float64(m.N[0])
		var loss, prob float64
		for i, a := range m.F[3] {
			x := float64(a) - float64(b[i])
			e := math.Exp(-math.Abs(x))
			more, less := 1/(1+e), e/(1+e)
			p, q := more, less
			if x < 0 {
				p, q = less, more
			}
			loss += max(-x, 0) + math.Log1p(e)
			prob += p
			db[i] = float32(q / n)
			da[i] = -db[i]
		}
		stats[0], stats[1] = float32(loss/n), float32(prob/n)
	},
	F64: func(m Mem[float64]) {
		stats, da, db, b, n := m.F[0], m.F[1], m.F[2], m.F[4], float64(m.N[0])
		stats[0], stats[1] = 0, 0
		for i, a := range m.F[3] {
			x := a - b[i]
			// softplus is log(1+exp(-x)). Below -700 it is -x to the last bit.
			softplus := -x
			if !(x < -700) {
				softplus = math.Log1p(math.Exp(-x))
			}
			stats[0] += softplus / n
			stats[1] += 1 / (1 + math.Exp(-x)) / n
			da[i] = -1 / (1 + math.Exp(x)) / n
			db[i] = 1 / (1 + math.Exp(x)) / n
		}
	},
}

// Pairing is the relativistic loss of pairs of logits a and b (n each), with x = a-b and
// p = 1/(1+exp(-x)). It is small where a is far above its b. No finite x overflows in this
// form:
//
//	-log p = max(-x,0) + log(1+exp(-|x|))
//
// It writes to stats (2) the mean loss, and the mean of p. It writes to da (n) the gradient of
// the mean loss at a, -(1-p)/n, and to db (n) the one at b, (1-p)/n. In the discriminator's
// loss a are the logits of real images and b those of fake images. In the generator's loss it
// is the other way round. See Jolicoeur-Martineau, "The relativistic discriminator" (2019),
// section 4.1, and Huang et al., "The GAN is dead; long live the GAN! A modern GAN baseline"
// (2024), section 2.
func Pairing(dev Device, stats, da, db, a, b *tensor.Dense) error {
	return dev.Launch(&pairing, Args{Tensors: []*tensor.Dense{stats, da, db, a, b},
		Sizes: []int{a.Shape().TotalSize()}})
}
