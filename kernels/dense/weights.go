package dense

import (
	"math"

	"gorgan/kernels"
)

// weights returns the kernel of a layer's gradients.
func (t Tile) weights() kernels.Kernel {
	return kernels.Kernel{
		Params: []kernels.Param{out("dw"), out("dbias"), in("x"), in("dy")},
		Sizes:  []string{"rows", "cols", "inner"},
		Lens:   func(n []int) []int { return []int{n[0] * n[1], n[1], n[2] * n[0], n[2] * n[1]} },
		Items:  byRow, Terms: terms, Tol: t.Tolerance(),
		F32: func(m kernels.Mem[float32], lo, hi int) {
			gradients(t, m.F[0], m.F[1], m.F[2], m.F[3], m.N, lo, hi)
		},
		F64: func(m kernels.Mem[float64]) {
			gradients(t, m.F[0], m.F[1], m.F[2], m.F[3], m.N, 0, m.N[0])
		},
	}
}

// gradients computes the rows lo to hi-1 of dw, and with its first row all of dbias.
func gradients[T kernels.Real](t Tile, dw, dbias, x, dy []T, size []int, lo, hi int) {
	multiply(t, true, false, kernels.Mem[T]{F: [][]T{dw, x, dy}, N: size}, lo, hi)
	if lo > 0 {
		return
	}
	cols := size[1]
	for j := range dbias {
		sum := 0.0
		for i := j; i < len(dy); i += cols {
			sum += float64(dy[i])
		}
		dbias[j] = T(sum)
	}
}

// update returns the kernel of a layer's gradients, of Adam, and of the values that are not finite.
func (t Tile) update() kernels.Kernel {
	domain := func(p kernels.Param, d kernels.Domain) kernels.Param {
		p.Domain = d
		return p
	}
	first := kernels.Param{Name: "first", Type: words("").Type, Access: kernels.Mark}
	return kernels.Kernel{
		Params: []kernels.Param{
			domain(inout("w"), kernels.MostlyFinite), inout("m"), domain(inout("v"), kernels.Positive),
			domain(inout("bias"), kernels.MostlyFinite), inout("bm"), domain(inout("bv"), kernels.Positive),
			out("dw"), out("dbias"), domain(in("x"), kernels.MostlyFinite), domain(in("dy"), kernels.MostlyFinite),
			domain(in("rate"), kernels.Rate), first, words("clock"),
		},
		Scalars: []string{"beta1", "beta2", "epsilon"},
		Sizes:   []string{"rows", "cols", "inner", "words", "dw_at", "dbias_at", "w_at", "bias_at"},
		Lens: func(n []int) []int {
			area, cols := n[0]*n[1], n[1]
			return []int{area, area, area, cols, cols, cols, area, cols, n[2] * n[0], n[2] * cols, 1, n[3], 1}
		},
		Items: func(n []int) (int, int) { return 1, n[0] * n[1] * n[2] }, // the words of first are shared
		Terms: terms, Tol: t.Tolerance(),
		F32: func(m kernels.Mem[float32], _, _ int) { update(t, m) },
		F64: func(m kernels.Mem[float64]) { update(t, m) },
	}
}

func update[T kernels.Real](t Tile, m kernels.Mem[T]) {
	dw, dbias, rate, first, step := m.F[6], m.F[7], m.F[10][0], m.U[0], m.U[1][0]
	gradients(t, dw, dbias, m.F[8], m.F[9], m.N, 0, m.N[0])
	adam(m.F[0], m.F[1], m.F[2], dw, rate, m.S)
	adam(m.F[3], m.F[4], m.F[5], dbias, rate, m.S)
	for i, s := range [][]T{dw, dbias, m.F[0], m.F[3]} {
		note(first, s, m.N[4+i], step)
	}
}

// adam has the operations of kernels.Adam in their order.
func adam[T kernels.Real](w, m, v, grad []T, rate T, scalars []T) {
	b1, b2, eps := scalars[0], scalars[1], scalars[2]
	for i, g := range grad {
		m[i] = b1*m[i] + (1-b1)*g
		v[i] = b2*v[i] + (1-b2)*g*g
		w[i] -= rate * m[i] / (T(math.Sqrt(float64(v[i]))) + eps)
	}
}

// note sets the words of first that are 0 to step where an element of s is not finite. Element i of
// s is element at+i of the memory that first describes.
func note[T kernels.Real](first []uint32, s []T, at int, step uint32) {
	for i, v := range s {
		if c := (at + i) / kernels.Chunk; first[c] == 0 && !(math.Abs(float64(v)) <= math.MaxFloat64) {
			first[c] = step
		}
	}
}
