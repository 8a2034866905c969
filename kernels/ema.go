package kernels

import "gorgonia.org/tensor"

var ema = Kernel{
	Name:    "ema",
	Params:  []Param{inout("average"), in("w"), words("clock")},
	Scalars: []string{"decay"}, Sizes: []string{"n"},
	Lens:  func(n []int) []int { return []int{n[0], n[0], 1} },
	Items: elementwise(1), Grid: gridN, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		average, w, kept := a.F[0][lo:hi], a.F[1][lo:hi], AverageKept(a)
		for i, v := range w {
			average[i] = kept*average[i] + (1-kept)*v
		}
	},
	F64: func(a Mem[float64]) {
		average, w, step := a.F[0], a.F[1], float64(a.U[0][0])
		kept := min(a.S[0], (step-1)/(step+3))
		for i, v := range w {
			average[i] = kept*average[i] + (1-kept)*v
		}
	},
}

// AverageKept returns what EMA of arguments a keeps of the average.
func AverageKept(a Mem[float32]) float32 {
	step := a.U[0][0]
	return min(a.S[0], float32(step-1)/float32(step+3))
}

// EMA moves average (n) towards the weights w (n):
//
//	kept = min(decay, (step-1)/(step+3))
//	average = kept·average + (1-kept)·w
//
// step, from clock (1), counts from 1. It is the exponential moving average that images
// are drawn from in Karras et al., "Progressive Growing of GANs" (2018), appendix A.1, and
// that Yazıcı et al., "The Unusual Effectiveness of Averaging in GAN Training" (2019),
// study; decay is 0 to 1, usually 0.999. It begins, so as not to hold the first weights
// for some 1/(1-decay) steps, as Shamir and Zhang's polynomial-decay average, "Stochastic
// Gradient Descent for Non-smooth Optimization" (2013), with their η of 3.
func EMA(dev Device, average, w, clock *tensor.Dense, decay float32) error {
	return dev.Launch(&ema, Args{[]*tensor.Dense{average, w, clock}, []float32{decay}, []int{w.Shape().TotalSize()}})
}
