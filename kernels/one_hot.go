package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var oneHot = Kernel{
	Name:   "one_hot",
	Params: []Param{out("hot"), words("label")},
	Sizes:  []string{"rows", "classes"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0]} },
	Items:  byRow(1), Grid: gridArea,
	F32: func(m Mem[float32], lo, hi int) {
		hot, label, classes := m.F[0], m.U[0], m.N[1]
		for i := lo; i < hi; i++ {
			row := hot[i*classes:][:classes]
			clear(row)
			if uint64(label[i]) < uint64(classes) {
				row[label[i]] = 1
				continue
			}
			for j := range row {
				row[j] = float32(math.NaN())
			}
		}
	},
	F64: func(m Mem[float64]) {
		classes := m.N[1]
		for i := range m.F[0] {
			switch label := uint64(m.U[0][i/classes]); {
			case label >= uint64(classes):
				m.F[0][i] = math.NaN()
			case label == uint64(i%classes):
				m.F[0][i] = 1
			default:
				m.F[0][i] = 0
			}
		}
	},
}

// OneHot writes labels as vectors to hot (rows, classes). label (rows), uint32, has the labels.
// Element [r, label[r]] becomes 1, and the others of the row 0. A row whose label is not below
// classes becomes NaN.
func OneHot(dev Device, hot, label *tensor.Dense) error {
	return dev.Launch(&oneHot, Args{Tensors: []*tensor.Dense{hot, label}, Sizes: rowsCols(hot)})
}
