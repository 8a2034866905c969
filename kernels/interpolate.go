package kernels

import "gorgonia.org/tensor"

var interpolate = Kernel{
	Name:   "interpolate",
	Params: []Param{out("x"), in("a"), in("b"), words("key"), words("clock")},
	Sizes:  []string{"rows", "cols", "stream"},
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
			r := i / cols
			w := Philox4x32([4]uint32{uint32(r / 4), uint32(m.N[2]), m.U[1][0], 0}, [2]uint32(m.U[0]))
			e := float64(w[r%4]>>8) / (1 << 24)
			x[i] = e*a[i] + (1-e)*b[i]
		}
	},
}

// Interpolate draws for each row r a point of the line between the rows of a and b
// (rows, cols each), as Gulrajani et al., "Improved Training of Wasserstein GANs"
// (2017), section 4, place their penalty:
//
//	x = e·a + (1-e)·b
//
// e, a multiple of 2^-24 on [0,1), comes from the word that NewNoise uses for element r
// of key (2), stream and the step in clock (1). x (rows, cols) overlaps neither a nor b.
func Interpolate(dev Device, x, a, b, key, clock *tensor.Dense, stream Stream) error {
	return dev.Launch(&interpolate, Args{Tensors: []*tensor.Dense{x, a, b, key, clock},
		Sizes: append(rowsCols(x), int(stream))})
}

// InterpolationShare returns the share e of Interpolate's arguments m: how much of row r of x
// is that of a.
func InterpolationShare(m Mem[float32], r int) float32 {
	return unit(Philox4x32([4]uint32{uint32(r / 4), uint32(m.N[2]), m.U[1][0], 0}, [2]uint32(m.U[0]))[r%4])
}
