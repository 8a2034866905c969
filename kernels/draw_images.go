package kernels

import "gorgonia.org/tensor"

var drawImages = Kernel{
	Name: "draw_images",
	Params: []Param{out("x"), {Name: "index", Type: tensor.Uint32, Access: Out}, words("key"), words("clock"),
		{Name: "data", Type: tensor.Uint8, Access: In}},
	Sizes: []string{"batch", "images", "per_step", "nth", "pixels", "stack"},
	Lens:  func(n []int) []int { return []int{n[0] * n[4], n[0], 2, 1, n[1] * n[4]} },
	Items: func(n []int) (int, int) { return n[0], 200 + n[4] },
	Grid:  gridRows, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		pixels, stack := m.N[4], m.N[5]
		shuffle.F32(Mem[float32]{U: m.U, N: m.N[:4]}, lo, hi)
		for i := lo; i < hi; i++ {
			x, image := m.F[0][i/stack*stack*pixels:], m.B[0][int(m.U[0][i])*pixels:]
			for j, b := range image[:pixels] {
				x[j*stack+i%stack] = float32(b) / 255
			}
		}
	},
	F64: func(m Mem[float64]) {
		shuffle.F64(Mem[float64]{U: m.U, N: m.N[:4]})
		gather.F64(Mem[float64]{F: m.F, U: m.U, B: m.B, N: []int{m.N[0] / m.N[5], m.N[4], m.N[1], m.N[5]}})
	},
}

// DrawImages does in one launch what BatchIndex and Gather do in two. It writes to index (B·stack),
// uint32, the numbers of the images of one batch, and to x (B, pixels·stack) the images
// themselves, from data (images, pixels), uint8. images, perStep and nth are as for BatchIndex.
func DrawImages(dev Device, x, index, key, clock, data *tensor.Dense, images, perStep, nth int) error {
	drawn := index.Shape().TotalSize()
	return dev.Launch(&drawImages, Args{Tensors: []*tensor.Dense{x, index, key, clock, data},
		Sizes: []int{drawn, images, perStep, nth, data.Shape().TotalSize() / images, drawn / x.Shape()[0]}})
}
