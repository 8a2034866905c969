package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var gather = Kernel{
	Name:   "gather",
	Params: []Param{out("x"), words("index"), {Name: "data", Type: tensor.Uint8, Access: In}},
	Sizes:  []string{"batch", "pixels", "images"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[0], n[2] * n[1]} },
	Items:  byRow(1), Grid: gridArea, Tol: defaultTol,
	F32: gatherRows,
	F64: func(m Mem[float64]) {
		for i := range m.F[0] {
			k := int(m.U[0][i/m.N[1]])*m.N[1] + i%m.N[1]
			m.F[0][i] = math.NaN()
			if k < len(m.B[0]) {
				m.F[0][i] = float64(m.B[0][k]) / 255
			}
		}
	},
}

// Gather writes to x (B, pixels) the images of data (images, pixels), 8-bit grey,
// that index (B) names, scaled to [0,1]. An index outside data gives NaN.
func Gather(dev Device, x, index, data *tensor.Dense) error {
	size := rowsCols(x)
	return dev.Launch(&gather, Args{Tensors: []*tensor.Dense{x, index, data},
		Sizes: append(size, data.Shape()[0])})
}

func gatherRows(m Mem[float32], lo, hi int) {
	x, index, data, pixels, images := m.F[0], m.U[0], m.B[0], m.N[1], uint32(m.N[2])
	for i := lo; i < hi; i++ {
		row := x[i*pixels:][:pixels]
		if index[i] >= images {
			for j := range row {
				row[j] = float32(math.NaN())
			}
			continue
		}
		for j, p := range data[int(index[i])*pixels:][:pixels] {
			row[j] = float32(p) / 255
		}
	}
}
