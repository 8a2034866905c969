package dense

import "gorgan/kernels"

// Tolerance is that of a sum of products that ends in an activation.
func (t Tile) Tolerance() kernels.Tol {
	tol := kernels.Tol{Abs: 1e-6, Rel: 1e-5, Product: 1. / (1 << 24)}
	if t.TF32 {
		tol.Product = 1. / (1 << 21) // tensor cores cut off what is below the last bit of a sum
	}
	return tol
}

// byRow is Items for a product whose rows are independent.
func byRow(size []int) (int, int) { return size[0], size[1] * size[2] }

// terms is Terms for a product.
func terms(size []int) int { return size[2] }

// forms has what a layer's kernel has beside a product: noise as its input, a table of classes.
type forms struct{ noise, classes bool }

// layer returns the kernels of a layer forward.
func (t Tile) layer(noise, classes bool) kernels.Kernel {
	params, sizes := []kernels.Param{out("y")}, []string{"rows", "cols", "inner"}
	if noise {
		params = append(params, out("z"), words("key"), words("clock"))
	} else {
		params = append(params, in("x"))
	}
	params = append(params, in("w"), in("bias"))
	if classes {
		params, sizes = append(params, in("table"), words("label")), append(sizes, "classes")
	}
	if noise {
		sizes = append(sizes, "stream")
	}
	f := forms{noise, classes}
	return kernels.Kernel{
		Params: params, Scalars: []string{"slope"}, Sizes: append(sizes, "activation"),
		Lens: func(n []int) []int {
			lens := []int{n[0] * n[1], n[0] * n[2]}
			if noise {
				lens = append(lens, 2, 1)
			}
			lens = append(lens, n[2]*n[1], n[1])
			if classes {
				lens = append(lens, n[3]*n[1], n[0])
			}
			return lens
		},
		Items: byRow, Terms: terms, Tol: t.Tolerance(),
		F32: func(m kernels.Mem[float32], lo, hi int) { layer(t, f, m, lo, hi) },
		F64: func(m kernels.Mem[float64]) { layer(t, f, m, 0, m.N[0]) },
	}
}

// layer computes the rows lo to hi-1 of a layer.
func layer[T kernels.Real](t Tile, f forms, m kernels.Mem[T], lo, hi int) {
	y, x, w, bias, cols, inner := m.F[0], m.F[1], m.F[2], m.F[3], m.N[1], m.N[2]
	act := Activation(m.N[len(m.N)-1])
	if f.noise {
		key, clock, stream := [2]uint32(m.U[0]), m.U[1][0], uint32(m.N[len(m.N)-2])
		for i := lo * inner; i < hi*inner; i++ {
			r := kernels.Philox4x32([4]uint32{uint32(i / 4), stream, clock, 0}, key)
			x[i] = 2*T(r[i%4]>>8)/(1<<24) - 1
		}
	}
	for i := lo; i < hi; i++ {
		for j := range cols {
			s := dot(t, operand[T]{x, i * inner, 1}, operand[T]{w, j, cols}, inner)
			if f.classes {
				s += entry(m.F[4], m.U[len(m.U)-1][i], j, cols)
			}
			y[i*cols+j] = T(act.value(float64(s+bias[j]), float64(m.S[0])))
		}
	}
}

// entry is table[label, col], or NaN outside the table.
func entry[T kernels.Real](table []T, label uint32, col, cols int) T {
	if at := int(label)*cols + col; at < len(table) {
		return table[at]
	}
	return nan[T]()
}

// masked returns the kernels of a product times an activation's derivative. transposed says that w
// is (cols, inner).
func (t Tile) masked(result, x string, transposed bool) kernels.Kernel {
	of := in("of")
	of.Domain = kernels.Activated
	return kernels.Kernel{
		Params:  []kernels.Param{out(result), in(x), in("w"), of},
		Scalars: []string{"slope"}, Sizes: []string{"rows", "cols", "inner", "activation"},
		Lens:  func(n []int) []int { return []int{n[0] * n[1], n[0] * n[2], n[2] * n[1], n[0] * n[1]} },
		Items: byRow, Terms: terms, Tol: t.Tolerance(),
		F32: func(m kernels.Mem[float32], lo, hi int) { masked(t, transposed, m, lo, hi) },
		F64: func(m kernels.Mem[float64]) { masked(t, transposed, m, 0, m.N[0]) },
	}
}

func masked[T kernels.Real](t Tile, transposed bool, m kernels.Mem[T], lo, hi int) {
	multiply(t, false, transposed, m, lo, hi)
	y, of, cols, act := m.F[0], m.F[3], m.N[1], Activation(m.N[3])
	for i := lo * cols; i < hi*cols; i++ {
		y[i] *= T(act.derivative(float64(of[i]), float64(m.S[0])))
	}
}

// product returns the kernel of dst = op(a)·op(b).
func (t Tile) product(tA, tB bool) kernels.Kernel {
	return kernels.Kernel{
		Params: []kernels.Param{out("dst"), in("a"), in("b")},
		Sizes:  []string{"rows", "cols", "inner"},
		Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0] * n[2], n[2] * n[1]} },
		Items:  byRow, Terms: terms, Tol: t.Tolerance(),
		F32: func(m kernels.Mem[float32], lo, hi int) { multiply(t, tA, tB, m, lo, hi) },
		F64: func(m kernels.Mem[float64]) { multiply(t, tA, tB, m, 0, m.N[0]) },
	}
}

// multiply computes the rows lo to hi-1 of the first tensor from the second and the third.
func multiply[T kernels.Real](t Tile, tA, tB bool, m kernels.Mem[T], lo, hi int) {
	rows, cols, inner := m.N[0], m.N[1], m.N[2]
	for i := lo; i < hi; i++ {
		for j := range cols {
			a, b := operand[T]{m.F[1], i * inner, 1}, operand[T]{m.F[2], j, cols}
			if tA {
				a = operand[T]{m.F[1], i, rows}
			}
			if tB {
				b = operand[T]{m.F[2], j * inner, 1}
			}
			m.F[0][i*cols+j] = dot(t, a, b, inner)
		}
	}
}
