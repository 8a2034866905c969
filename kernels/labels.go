package kernels

import "gorgonia.org/tensor"

// NoLabel is the label of an image outside the data. No table of classes has it.
const NoLabel = ^uint32(0)

var labels = Kernel{
	Name:   "labels",
	Params: []Param{{Name: "label", Type: tensor.Uint32, Access: Out}, words("index"), words("data")},
	Sizes:  []string{"batch", "images"},
	Lens:   func(n []int) []int { return []int{n[0], n[0], n[1]} },
	Items:  elementwise(1), Grid: gridN,
	F32: func(m Mem[float32], lo, hi int) {
		label, index, data := m.U[0], m.U[1], m.U[2]
		for i := lo; i < hi; i++ {
			label[i] = NoLabel
			if index[i] < uint32(m.N[1]) {
				label[i] = data[index[i]]
			}
		}
	},
	F64: func(m Mem[float64]) {
		for i, k := range m.U[1] {
			if uint64(k) >= uint64(m.N[1]) {
				m.U[0][i] = 0xffffffff
			} else {
				m.U[0][i] = m.U[2][k]
			}
		}
	},
}

// Labels writes to label (B), uint32, the labels of a batch. index (B), uint32, has the
// numbers of its images, and data (images), uint32, the labels of all images. An index that is
// not below images gives NoLabel.
func Labels(dev Device, label, index, data *tensor.Dense) error {
	return dev.Launch(&labels, Args{Tensors: []*tensor.Dense{label, index, data},
		Sizes: []int{label.Shape().TotalSize(), data.Shape().TotalSize()}})
}
