//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// The updates of parameters in vector instructions.

func vectorAdam(update func(n int, w, m, v, grad, rate, scalars *float32)) kernels.Body {
	return func(a kernels.Mem[float32], lo, hi int) {
		update(hi-lo, &a.F[0][lo], &a.F[1][lo], &a.F[2][lo], &a.F[3][lo], &a.F[4][0], &a.S[0])
	}
}

func vectorAdagrad(update func(n int, w, sum, grad, rate *float32)) kernels.Body {
	return func(a kernels.Mem[float32], lo, hi int) {
		update(hi-lo, &a.F[0][lo], &a.F[1][lo], &a.F[2][lo], &a.F[3][0])
	}
}

func vectorMomentum(update func(n int, w, velocity, grad, rate, factor *float32)) kernels.Body {
	return func(a kernels.Mem[float32], lo, hi int) {
		update(hi-lo, &a.F[0][lo], &a.F[1][lo], &a.F[2][lo], &a.F[3][0], &a.F[4][0])
	}
}

func vectorEMA(mix func(n int, to, a, b *float32, share float32)) kernels.Body {
	return func(a kernels.Mem[float32], lo, hi int) {
		mix(hi-lo, &a.F[0][lo], &a.F[0][lo], &a.F[1][lo], kernels.AverageKept(a))
	}
}

func vectorClip(clip func(n int, w *float32, limit float32)) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) { clip(hi-lo, &m.F[0][lo], m.S[0]) }
}
