package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var adamRate = Kernel{
	Name:    "adam_rate",
	Params:  []Param{out("rate"), in("base").of(Rate), words("clock")},
	Scalars: []string{"beta1", "beta2"}, Sizes: []string{"per_step", "nth"},
	Lens:  func([]int) []int { return []int{1, 1, 1} },
	Items: single, Grid: gridThread, Tol: Tol{Rel: 1e-6},
	F32: func(m Mem[float32], _, _ int) {
		t := uint64(m.U[0][0]-1)*uint64(m.N[0]) + uint64(m.N[1]) + 1
		b1, b2 := power(float64(m.S[0]), t), power(float64(m.S[1]), t)
		m.F[0][0] = float32(float64(m.F[1][0]) * math.Sqrt(1-b2) / (1 - b1))
	},
	F64: func(m Mem[float64]) {
		t := (float64(m.U[0][0])-1)*float64(m.N[0]) + float64(m.N[1]) + 1
		m.F[0][0] = m.F[1][0] * math.Sqrt(1-math.Pow(m.S[1], t)) / (1 - math.Pow(m.S[0], t))
	},
}

// AdamRate writes to rate (1) the learning rate of Adam's t-th update,
//
//	base·sqrt(1-beta2^t)/(1-beta1^t), t = (step-1)·perStep + nth + 1,
//
// the second form of Kingma and Ba, "Adam" (2015), section 2, base (1) being the
// learning rate. step, from clock (1), counts from 1; nth, from 0, numbers the updates
// within a step.
func AdamRate(dev Device, rate, base, clock *tensor.Dense, beta1, beta2 float32, perStep, nth int) error {
	return dev.Launch(&adamRate, Args{[]*tensor.Dense{rate, base, clock},
		[]float32{beta1, beta2}, []int{perStep, nth}})
}

// power is x^n by squaring: products alone, so that it is the same everywhere.
func power(x float64, n uint64) float64 {
	y := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= x
		}
		x *= x
	}
	return y
}
