package kernels

import "gorgonia.org/tensor"

var interpolate = Kernel{
	Name:   "interpolate",
	Params: []Param{out("x"), in("a"), in("b"), words("key"), words("clock")},
	Sizes:  []string{"rows", "cols", "stream", "first"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0] * n[1], n[0] * n[1], 2, 1} },
	Items:  byRow(2), Grid: gridRows, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		x, a, b, cols := m.F[0], m.F[1], m.F[2], m.N[1]
		for r := lo; r < hi; r++ {
			e := InterpolationShare(m, r)
			row, of := x[r*cols:][:cols], b[r*cols:][:cols]
			for j, v := range a[r*cols:][:cols] {
				row[j] = e*v + (1-e)*of[j]
			}
		}
	},
	F64: func(m Mem[float64]) {
		x, a, b, cols := m.F[0], m.F[1], m.F[2], m.N[1]
		for i := range x {
			r := m.N[3] + i/cols
			w := Philox4x32([4]uint32{uint32(r / 4), uint32(m.N[2]), m.U[1][0], 0}, [2]uint32(m.U[0]))
			e := float64(w[r%4]>>8) / (1 << 24)
			x[i] = e*a[i] + (1-e)*b[i]
		}
	},
}

// Interpolate writes to each row of x (rows, cols) a random point on the line between that
// row of a (rows, cols) and that row of b (rows, cols):
//
//	x = e·a + (1-e)·b
//
// e is a multiple of 2^-24 in [0,1), from the random word of element first+r for row r. These are
// the penalty points of Gulrajani et al., "Improved Training of Wasserstein GANs" (2017),
// section 4.
func Interpolate(dev Device, x, a, b, key, clock *tensor.Dense, stream Stream, first int) error {
	return dev.Launch(&interpolate, Args{Tensors: []*tensor.Dense{x, a, b, key, clock},
		Sizes: append(rowsCols(x), int(stream), first)})
}

// InterpolationShare returns the share e that Interpolate gives a in row r, for the
// arguments m.
func InterpolationShare(m Mem[float32], r int) float32 {
	r += m.N[3]
	return unit(Philox4x32([4]uint32{uint32(r / 4), uint32(m.N[2]), m.U[1][0], 0}, [2]uint32(m.U[0]))[r%4])
}
