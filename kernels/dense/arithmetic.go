package dense

import (
	"math"

	"gorgan/kernels"
)

// operand is a row or a column of a matrix: its elements are stride apart from first on.
type operand[T kernels.Real] struct {
	values        []T
	first, stride int
}

// dot sums n products in float64.
func dot[T kernels.Real](t Tile, a, b operand[T], n int) T {
	sum := 0.0
	for k := range n {
		x, y := float64(a.values[a.first+k*a.stride]), float64(b.values[b.first+k*b.stride])
		sum += t.Factor(x) * t.Factor(y)
	}
	return T(sum)
}

// Factor is v as the tile multiplies it: rounded, if it multiplies in TF32.
func (t Tile) Factor(v float64) float64 {
	if t.TF32 {
		return tf32(v)
	}
	return v
}

// tf32 rounds v to the nearest number of 10 bits of mantissa, and halves away from zero, as the
// instruction cvt.rna.tf32.f32 does.
func tf32(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	return float64(math.Float32frombits((math.Float32bits(float32(v)) + 1<<12) &^ (1<<13 - 1)))
}

func nan[T kernels.Real]() T { return T(math.NaN()) }

// value returns the activation of v.
func (a Activation) value(v, slope float64) float64 {
	switch a {
	case ReLU:
		if !(v > 0) {
			return v * slope
		}
	case Sigmoid:
		return 1 / (1 + math.Exp(-v))
	case Tanh:
		return math.Tanh(v)
	}
	return v
}

// derivative returns that of the activation where its value is y.
func (a Activation) derivative(y, slope float64) float64 {
	switch a {
	case ReLU:
		if !(y > 0) {
			return slope
		}
	case Sigmoid:
		return y * (1 - y)
	case Tanh:
		return (1 - y) * (1 + y)
	}
	return 1
}
