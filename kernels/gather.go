package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var gather = Kernel{
	Name:   "gather",
	Params: []Param{out("x"), words("index"), {Name: "data", Type: tensor.Uint8, Access: In}},
	Sizes:  []string{"batch", "pixels", "images", "stack"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1] * n[3], n[0] * n[3], n[2] * n[1]} },
	Items:  func(n []int) (int, int) { return n[0], n[1] * n[3] },
	Grid:   func(n []int) Grid { return perThread(n[0] * n[1] * n[3]) },
	Tol:    defaultTol,
	F32:    gatherRows,
	F64: func(m Mem[float64]) {
		pixels, stack := m.N[1], m.N[3]
		for i := range m.F[0] {
			row, j, channel := i/(pixels*stack), i/stack%pixels, i%stack
			k := int(m.U[0][row*stack+channel])*pixels + j
			m.F[0][i] = math.NaN()
			if k < len(m.B[0]) {
				m.F[0][i] = float64(m.B[0][k]) / 255
			}
		}
	},
}

// Gather writes a batch of images to x (B, pixels*stack). index (B*stack), uint32, has their
// numbers in data (images, pixels), uint8. Bytes become numbers in [0,1]: byte/255. A row of x
// is stack successive images of index, each a channel of every pixel:
//
//	x[r, j*stack+c] = data[index[r*stack+c], j] / 255
//
// An image whose index is not below images becomes NaN.
func Gather(dev Device, x, index, data *tensor.Dense) error {
	rows := x.Shape()[0]
	return dev.Launch(&gather, Args{Tensors: []*tensor.Dense{x, index, data},
		Sizes: []int{rows, rowsCols(data)[1], data.Shape()[0], index.Shape().TotalSize() / max(rows, 1)}})
}

func gatherRows(m Mem[float32], lo, hi int) {
	x, index, data, pixels, images, stack := m.F[0], m.U[0], m.B[0], m.N[1], uint32(m.N[2]), m.N[3]
	for i := lo * stack; i < hi*stack; i++ {
		to := x[i/stack*stack*pixels+i%stack:]
		if index[i] >= images {
			for j := range pixels {
				to[j*stack] = float32(math.NaN())
			}
			continue
		}
		for j, p := range data[int(index[i])*pixels:][:pixels] {
			to[j*stack] = float32(p) / 255
		}
	}
}
