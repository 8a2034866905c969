package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var classBias = Kernel{
	Name:   "class_bias",
	Params: []Param{inout("y"), in("table"), words("label")},
	Sizes:  []string{"rows", "cols", "classes"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1], n[2] * n[1], n[0]} },
	Items:  byRow(1), Grid: gridArea, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, table, label, cols, classes := m.F[0], m.F[1], m.U[0], m.N[1], uint32(m.N[2])
		for i := lo; i < hi; i++ {
			row := y[i*cols:][:cols]
			if label[i] >= classes {
				for j := range row {
					row[j] = float32(math.NaN())
				}
				continue
			}
			for j, b := range table[int(label[i])*cols:][:cols] {
				row[j] += b
			}
		}
	},
	F64: func(m Mem[float64]) {
		y, table, label, cols := m.F[0], m.F[1], m.U[0], m.N[1]
		for i := range y {
			k := int(label[i/cols])*cols + i%cols
			if k < len(table) {
				y[i] += table[k]
			} else {
				y[i] = math.NaN()
			}
		}
	},
}

// ClassBias adds to each row r of y (rows, cols) one row of table (classes, cols), chosen by
// label (rows), uint32:
//
//	y[r] = y[r] + table[label[r]]
//
// If a one-hot label follows a layer's input, this is what the label adds to the product, and
// table holds the weights of the labels: Mirza and Osindero, "Conditional Generative
// Adversarial Nets" (2014), section 3.2. A row whose label is not below classes becomes NaN.
func ClassBias(dev Device, y, table, label *tensor.Dense) error {
	return dev.Launch(&classBias, Args{Tensors: []*tensor.Dense{y, table, label},
		Sizes: append(rowsCols(y), table.Shape()[0])})
}
