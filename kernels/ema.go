package kernels

import "gorgonia.org/tensor"

var ema = Kernel{
	Name:    "ema",
	Params:  []Param{inout("average"), in("w")},
	Scalars: []string{"decay"}, Sizes: []string{"n"},
	Lens:  func(n []int) []int { return []int{n[0], n[0]} },
	Items: elementwise(1), Grid: gridN, Tol: sumTol,
	F32: func(a Mem[float32], lo, hi int) {
		average, w, decay := a.F[0][lo:hi], a.F[1][lo:hi], a.S[0]
		for i, v := range w {
			average[i] = decay*average[i] + (1-decay)*v
		}
	},
	F64: func(a Mem[float64]) {
		average, w, decay := a.F[0], a.F[1], a.S[0]
		for i, v := range w {
			average[i] = decay*average[i] + (1-decay)*v
		}
	},
}

// EMA moves average (n) towards the weights w (n):
//
//	average = decay·average + (1-decay)·w
//
// the exponential moving average that images are drawn from in Karras et al.,
// "Progressive Growing of GANs" (2018), appendix A.1, and that Yazıcı et al., "The
// Unusual Effectiveness of Averaging in GAN Training" (2019), study. decay is 0 to 1,
// usually 0.999.
func EMA(dev Device, average, w *tensor.Dense, decay float32) error {
	return dev.Launch(&ema, Args{[]*tensor.Dense{average, w}, []float32{decay}, []int{w.Shape().TotalSize()}})
}
