package kernels

import "gorgonia.org/tensor"

var groupDeviationGrad = Kernel{
	Name:   "group_deviation_grad",
	Params: []Param{out("dx"), in("d"), in("x")},
	Sizes:  groupSizes,
	Lens: func(n []int) []int {
		area := n[0] * n[1] * n[2]
		return []int{area, n[0], area}
	},
	Items: groupItems(5), Grid: gridRows, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) { eachGroupGrad(m, lo, hi) },
	F64: func(m Mem[float64]) { eachGroupGrad(m, 0, m.N[0]) },
}

func eachGroupGrad[T Real](m Mem[T], lo, hi int) {
	images, values := m.N[1], m.N[2]
	for g := lo; g < hi; g++ {
		dx, x := m.F[0][g*images*values:], m.F[2][g*images*values:]
		eachDeviation(x, images, values, func(f int, mean, deviation float64) {
			factor := float64(m.F[1][g]) / (float64(images) * float64(values) * deviation)
			for i := range images {
				dx[i*values+f] = T((float64(x[i*values+f]) - mean) * factor)
			}
		})
	}
}

// GroupDeviationGrad writes to dx (groups, images·values) the gradient at x of GroupDeviation, whose output
// has the gradient d (groups):
//
//	dx = d·off/(images·values·deviation)
func GroupDeviationGrad(dev Device, dx, d, x *tensor.Dense, images int) error {
	return dev.Launch(&groupDeviationGrad, Args{Tensors: []*tensor.Dense{dx, d, x}, Sizes: groupSizesOf(x, images)})
}
