package kernels

import "gorgonia.org/tensor"

var takeColumns = Kernel{
	Name:   "take_columns",
	Params: []Param{out("y"), in("x")},
	Sizes:  columnSizes,
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0] * n[2]} },
	Items:  byRow(1), Grid: gridArea,
	F32: func(m Mem[float32], lo, hi int) {
		cols, of, first := m.N[1], m.N[2], m.N[3]
		for r := lo; r < hi; r++ {
			copy(m.F[0][r*cols:][:cols], m.F[1][r*of+first:])
		}
	},
	F64: func(m Mem[float64]) {
		cols, of, first := m.N[1], m.N[2], m.N[3]
		for i := range m.F[0] {
			m.F[0][i] = m.F[1][i/cols*of+first+i%cols]
		}
	},
}

// columnSizes are the sizes of the kernels for some columns of a matrix: the number of its rows, the number
// of these columns, that of all columns, and the first of these. The last of these must be one of all.
var columnSizes = []string{"rows", "cols", "of", "first"}

// TakeColumns writes to y (rows, cols) the columns of x (rows, of) from column first on. first+cols must be
// at most of.
func TakeColumns(dev Device, y, x *tensor.Dense, first int) error {
	size := rowsCols(y)
	return dev.Launch(&takeColumns, Args{Tensors: []*tensor.Dense{y, x}, Sizes: append(size, rowsCols(x)[1], first)})
}
