package kernels

import "gorgonia.org/tensor"

var drawLabels = Kernel{
	Name:   "draw_labels",
	Params: []Param{{Name: "label", Type: tensor.Uint32, Access: Out}, words("key"), words("clock"), words("data")},
	Sizes:  []string{"batch", "images", "per_step", "nth"},
	Lens:   func(n []int) []int { return []int{n[0], 2, 1, n[1]} },
	Items:  elementwise(200), Grid: gridN,
	F32: func(m Mem[float32], lo, hi int) {
		shuffle.F32(m, lo, hi)
		label, data := m.U[0], m.U[3]
		for i := lo; i < hi; i++ {
			label[i] = data[label[i]]
		}
	},
	F64: func(m Mem[float64]) {
		shuffle.F64(m)
		for i, image := range m.U[0] {
			m.U[0][i] = m.U[3][image]
		}
	},
}

// DrawLabels does in one launch what BatchIndex and Labels do in two. It writes to label (B), uint32,
// the labels of the images of one batch, from data (images), uint32. perStep and nth are as for
// BatchIndex.
func DrawLabels(dev Device, label, key, clock, data *tensor.Dense, perStep, nth int) error {
	return dev.Launch(&drawLabels, Args{Tensors: []*tensor.Dense{label, key, clock, data},
		Sizes: []int{label.Shape().TotalSize(), data.Shape().TotalSize(), perStep, nth}})
}
