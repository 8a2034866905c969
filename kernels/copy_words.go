package kernels

import "gorgonia.org/tensor"

var copyWords = Kernel{
	Name:   "copy_words",
	Params: []Param{{Name: "dst", Type: tensor.Uint32, Access: Out}, words("src")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0]} },
	Items:  elementwise(1), Grid: gridN,
	F32: func(m Mem[float32], lo, hi int) { copy(m.U[0][lo:hi], m.U[1][lo:hi]) },
	F64: func(m Mem[float64]) { copy(m.U[0], m.U[1]) },
}

// CopyWords copies the elements of src (n), uint32, to dst (n).
func CopyWords(dev Device, dst, src *tensor.Dense) error {
	return dev.Launch(&copyWords, Args{Tensors: []*tensor.Dense{dst, src}, Sizes: []int{src.Shape().TotalSize()}})
}
