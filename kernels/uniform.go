package kernels

import "gorgonia.org/tensor"

var uniform = Kernel{
	Name:   "uniform",
	Params: []Param{out("z"), words("key"), words("clock")},
	Sizes:  []string{"n", "stream"},
	Lens:   func(n []int) []int { return []int{n[0], 2, 1} },
	Items:  byCounter(16),
	Grid:   gridCounters,
	F32: func(m Mem[float32], lo, hi int) {
		uniformBlocks(m.F[0], [2]uint32(m.U[0]), Stream(m.N[1]), m.U[1][0], lo, hi)
	},
	F64: func(m Mem[float64]) {
		for i := range m.F[0] {
			w := Philox4x32([4]uint32{uint32(i / 4), uint32(m.N[1]), m.U[1][0], 0}, [2]uint32(m.U[0]))[i%4]
			m.F[0][i] = 2*float64(w>>8)/(1<<24) - 1
		}
	},
}

// NewNoise fills z (any shape) with the values on [-1,1) that Uniform gives for
// key (2), stream and the step in clock (1), bit for bit.
func NewNoise(dev Device, z, key, clock *tensor.Dense, stream Stream) error {
	return dev.Launch(&uniform, Args{Tensors: []*tensor.Dense{z, key, clock},
		Sizes: []int{z.Shape().TotalSize(), int(stream)}})
}

// byCounter is Items for a kernel that draws its n elements, four with each counter.
func byCounter(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) { return (size[0] + 3) / 4, cost }
}
