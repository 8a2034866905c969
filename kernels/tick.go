package kernels

import "gorgonia.org/tensor"

var tick = Kernel{
	Name:   "tick",
	Params: []Param{{Name: "clock", Type: tensor.Uint32, Access: InOut}},
	Lens:   func([]int) []int { return []int{1} },
	Items:  single, Grid: gridThread,
	F32: func(m Mem[float32], _, _ int) { m.U[0][0]++ },
	F64: func(m Mem[float64]) { m.U[0][0] = uint32(uint64(m.U[0][0]) + 1) },
}

// Tick adds 1 to clock (1), the number of the step that other kernels read.
func Tick(dev Device, clock *tensor.Dense) error {
	return dev.Launch(&tick, Args{Tensors: []*tensor.Dense{clock}})
}
