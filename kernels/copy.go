package kernels

import "gorgonia.org/tensor"

var copyKernel = Kernel{
	Name:   "copy",
	Params: []Param{out("dst"), in("src")},
	Sizes:  []string{"n"},
	Lens:   func(n []int) []int { return []int{n[0], n[0]} },
	Items:  elementwise(1), Grid: gridN,
	F32: func(m Mem[float32], lo, hi int) { copy(m.F[0][lo:hi], m.F[1][lo:hi]) },
	F64: func(m Mem[float64]) { copy(m.F[0], m.F[1]) },
}

// Copy copies the elements of src (n) to dst (n). Their shapes may differ.
func Copy(dev Device, dst, src *tensor.Dense) error {
	return dev.Launch(&copyKernel, Args{Tensors: []*tensor.Dense{dst, src}, Sizes: []int{src.Shape().TotalSize()}})
}
