package kernels

import "gorgonia.org/tensor"

var shuffle = Kernel{
	Name:   "shuffle",
	Params: []Param{{Name: "index", Type: tensor.Uint32, Access: Out}, words("key"), words("clock")},
	Sizes:  []string{"batch", "images", "per_step", "nth"},
	Lens:   func(n []int) []int { return []int{n[0], 2, 1} },
	Items:  elementwise(200), Grid: gridN,
	F32: func(m Mem[float32], lo, hi int) {
		batch, images := uint64(m.N[0]), uint32(m.N[1])
		first := (uint64(m.U[2][0]-1)*uint64(m.N[2]) + uint64(m.N[3])) * batch
		for i := lo; i < hi; i++ {
			m.U[0][i] = Image(first+uint64(i), images, [2]uint32(m.U[1]))
		}
	},
	F64: func(m Mem[float64]) {
		batch, images := uint64(m.N[0]), uint64(m.N[1])
		for i := range batch {
			drawn := ((uint64(m.U[2][0])-1)*uint64(m.N[2])+uint64(m.N[3]))*batch + i
			m.U[0][i] = Permute(uint32(drawn%images), uint32(images), [2]uint32(m.U[1]), drawn/images)
		}
	},
}

// NewBatch writes to index (B) which of n images make up the nth batch, from 0,
// of the perStep batches of the step in clock (1), counted from 1: the images at
// B successive positions of the stream that Image orders by key (2).
func NewBatch(dev Device, index, key, clock *tensor.Dense, n, perStep, nth int) error {
	return dev.Launch(&shuffle, Args{Tensors: []*tensor.Dense{index, key, clock},
		Sizes: []int{index.Shape().TotalSize(), n, perStep, nth}})
}
