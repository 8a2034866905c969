package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

// The kernels of the minibatch standard deviation take x (groups, images·values): images images of values
// values follow each other in a group. With the mean of a value over the images of its group,
//
//	off       = x - mean x
//	deviation = sqrt(mean off² + 10^-8)

// groupEpsilon keeps the gradient of a deviation of 0 finite. It is that of the authors' program.
const groupEpsilon = 1e-8

var groupSizes = []string{"groups", "images", "values"}

// groupItems is Items for work whose groups are independent.
func groupItems(cost int) func([]int) (int, int) {
	return func(n []int) (int, int) { return n[0], n[1] * n[2] * cost }
}

// eachDeviation calls do for value f of each image of a group x, with its mean and deviation.
func eachDeviation[T Real](x []T, images, values int, do func(f int, mean, deviation float64)) {
	for f := range values {
		var sum, squares float64
		for i := range images {
			sum += float64(x[i*values+f])
		}
		mean := sum / float64(images)
		for i := range images {
			off := float64(x[i*values+f]) - mean
			squares += off * off
		}
		do(f, mean, math.Sqrt(squares/float64(images)+groupEpsilon))
	}
}

var groupDeviation = Kernel{
	Name:   "group_deviation",
	Params: []Param{out("s"), in("x")},
	Sizes:  groupSizes,
	Lens:   func(n []int) []int { return []int{n[0], n[0] * n[1] * n[2]} },
	Items:  groupItems(4), Grid: gridRows, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		images, values := m.N[1], m.N[2]
		for g := lo; g < hi; g++ {
			sum := 0.0
			eachDeviation(m.F[1][g*images*values:], images, values, func(_ int, _, deviation float64) { sum += deviation })
			m.F[0][g] = float32(sum / float64(values))
		}
	},
	F64: func(m Mem[float64]) {
		images, values := m.N[1], m.N[2]
		clear(m.F[0])
		for g := range m.F[0] {
			for f := range values {
				var mean, variance float64
				for i := range images { // Welford (1962), as another way
					v := m.F[1][(g*images+i)*values+f]
					off := v - mean
					mean += off / float64(i+1)
					variance += (off*(v-mean) - variance) / float64(i+1)
				}
				m.F[0][g] += math.Sqrt(variance+groupEpsilon) / float64(values)
			}
		}
	},
}

// GroupDeviation writes to s (groups) the mean deviation of the values of each group: see above. It is the
// statistic of Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation"
// (2018), section 3. The sums are taken in float64.
func GroupDeviation(dev Device, s, x *tensor.Dense, images int) error {
	return dev.Launch(&groupDeviation, Args{Tensors: []*tensor.Dense{s, x}, Sizes: groupSizesOf(x, images)})
}

// groupSizesOf returns the sizes for x (groups, images·values).
func groupSizesOf(x *tensor.Dense, images int) []int {
	size := rowsCols(x)
	return []int{size[0], images, size[1] / images}
}
