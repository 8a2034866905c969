package kernels

import "gorgonia.org/tensor"

// NoLabel is a label outside every table of classes.
const NoLabel = ^uint32(0)

var labels = Kernel{
	Name:   "labels",
	Params: []Param{{Name: "label", Type: tensor.Uint32, Access: Out}, words("index"), {Name: "data", Type: tensor.Uint8, Access: In}},
	Sizes:  []string{"batch", "images"},
	Lens:   func(n []int) []int { return []int{n[0], n[0], n[1]} },
	Items:  elementwise(1), Grid: gridN,
	F32: func(m Mem[float32], lo, hi int) {
		label, index, data := m.U[0], m.U[1], m.B[0]
		for i := lo; i < hi; i++ {
			label[i] = NoLabel
			if index[i] < uint32(m.N[1]) {
				label[i] = uint32(data[index[i]])
			}
		}
	},
	F64: func(m Mem[float64]) {
		for i, k := range m.U[1] {
			if uint64(k) >= uint64(m.N[1]) {
				m.U[0][i] = 0xffffffff
			} else {
				m.U[0][i] = uint32(m.B[0][k])
			}
		}
	},
}

// Labels writes to label (B) the labels, of data (images), of the images that index
// (B) names. An index outside data gives NoLabel.
func Labels(dev Device, label, index, data *tensor.Dense) error {
	return dev.Launch(&labels, Args{Tensors: []*tensor.Dense{label, index, data},
		Sizes: []int{label.Shape().TotalSize(), data.Shape().TotalSize()}})
}
