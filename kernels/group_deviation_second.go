package kernels

import "gorgonia.org/tensor"

var groupDeviationSecond = Kernel{
	Name:   "group_deviation_second",
	Params: []Param{out("dd"), out("dx"), in("e"), in("d"), in("x")},
	Sizes:  groupSizes,
	Lens: func(n []int) []int {
		area := n[0] * n[1] * n[2]
		return []int{n[0], area, area, n[0], area}
	},
	Items: groupItems(8), Grid: gridRows, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) { eachGroupSecond(m, lo, hi) },
	F64: func(m Mem[float64]) { eachGroupSecond(m, 0, m.N[0]) },
}

func eachGroupSecond[T Real](m Mem[T], lo, hi int) {
	images, values := m.N[1], m.N[2]
	n, all := float64(images), float64(images)*float64(values)
	for g := lo; g < hi; g++ {
		at := g * images * values
		dx, e, x, d, sum := m.F[1][at:], m.F[2][at:], m.F[4][at:], float64(m.F[3][g]), 0.0
		eachDeviation(x, images, values, func(f int, mean, deviation float64) {
			var mid, along float64
			for i := range images {
				v := float64(e[i*values+f])
				mid += v
				along += v * (float64(x[i*values+f]) - mean)
			}
			mid /= n
			along /= n * deviation
			sum += along
			along /= deviation
			factor := d / (all * deviation)
			for i := range images {
				dx[i*values+f] = T((float64(e[i*values+f]) - mid - along*(float64(x[i*values+f])-mean)) * factor)
			}
		})
		m.F[0][g] = T(sum / float64(values))
	}
}

// GroupDeviationSecond writes the gradients of GroupDeviationGrad, whose output has the gradient e (groups,
// images·values): at d to dd (groups), and at x to dx (groups, images·values):
//
//	along = mean over the images of e·off
//	dd    = mean over the values of along/deviation
//	dx    = d/(images·values·deviation)·(e - mean e - off·along/deviation²)
func GroupDeviationSecond(dev Device, dd, dx, e, d, x *tensor.Dense, images int) error {
	return dev.Launch(&groupDeviationSecond, Args{Tensors: []*tensor.Dense{dd, dx, e, d, x}, Sizes: groupSizesOf(x, images)})
}
