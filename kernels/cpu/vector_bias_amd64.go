//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// narrow is the most columns of a tensor whose rows the bodies of biases take many at a time.
const narrow = 64

// tile is a bias that is repeated for several rows.
type tile [16 * narrow]float32

// inRows calls do for pieces of n values of y from element at on, which are whole rows, and the bias of
// each of these values. A row of few columns is shorter than the call that it would take, so a piece is
// many of them. A value depends on its own bias alone: any pieces give the same bits.
func inRows(unused spares[tile], m kernels.Mem[float32], lo, hi int, do func(n, at int, bias *float32)) {
	bias, cols := m.F[1], m.N[1]
	if cols > narrow || hi-lo < 2 {
		for i := lo; i < hi; i++ {
			do(cols, i*cols, &bias[0])
		}
		return
	}
	t := unused.take()
	defer unused.give(t)
	rows := min(len(t)/cols, hi-lo)
	for i := range rows {
		copy(t[i*cols:], bias[:cols])
	}
	for i := lo; i < hi; i += rows {
		do(min(rows, hi-i)*cols, i*cols, &t[0])
	}
}

func vectorBiasReLU(some func(n int, y, bias, slope *float32)) kernels.Body {
	unused := newSpares[tile]()
	return func(m kernels.Mem[float32], lo, hi int) {
		inRows(unused, m, lo, hi, func(n, at int, bias *float32) { some(n, &m.F[0][at], bias, &m.S[0]) })
	}
}

func vectorBias(some func(n int, y, bias *float32)) kernels.Body {
	unused := newSpares[tile]()
	return func(m kernels.Mem[float32], lo, hi int) {
		inRows(unused, m, lo, hi, func(n, at int, bias *float32) { some(n, &m.F[0][at], bias) })
	}
}
