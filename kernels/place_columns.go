package kernels

import "gorgonia.org/tensor"

var placeColumns = Kernel{
	Name:   "place_columns",
	Params: []Param{out("y"), in("x")},
	Sizes:  columnSizes,
	Lens:   func(n []int) []int { return []int{n[0] * n[2], n[0] * n[1]} },
	Items:  func(n []int) (int, int) { return n[0], n[2] },
	Grid:   func(n []int) Grid { return perThread(n[0] * n[2]) },
	F32: func(m Mem[float32], lo, hi int) {
		cols, of, first := m.N[1], m.N[2], m.N[3]
		for r := lo; r < hi; r++ {
			y := m.F[0][r*of:][:of]
			clear(y[:first])
			clear(y[first+cols:])
			copy(y[first:], m.F[1][r*cols:][:cols])
		}
	},
	F64: func(m Mem[float64]) {
		cols, of, first := m.N[1], m.N[2], m.N[3]
		clear(m.F[0])
		for i, v := range m.F[1] {
			m.F[0][i/cols*of+first+i%cols] = v
		}
	},
}

// PlaceColumns writes to y (rows, of) the columns x (rows, cols) from column first on, and zeros to the
// others. first+cols must be at most of. It is the transpose of TakeColumns.
func PlaceColumns(dev Device, y, x *tensor.Dense, first int) error {
	size := rowsCols(x)
	return dev.Launch(&placeColumns, Args{Tensors: []*tensor.Dense{y, x}, Sizes: append(size, rowsCols(y)[1], first)})
}
