package walk

import (
	"math"

	"gorgan/model"
)

// The ways from one noise to another.
const (
	// Matched mixes the two and moves each value so that it has the distribution of training's noise
	// again. Every frame then is an image as likely as any. See Agustsson et al., "Optimal transport maps for
	// distribution preserving operations on latent spaces of generative models" (2019), section 3.
	Matched = "matched"
	// Spherical turns one into the other and keeps the length, as suits normal noise. See White, "Sampling
	// generative networks" (2016), section 2.1. Noise here is uniform, so some values leave the range that the
	// generator was trained on.
	Spherical = "spherical"
	// Linear mixes the two. In the middle the noise is narrower than in training, and images less varied.
	Linear = "linear"
)

// Paths returns the names of the ways, the default first.
func Paths() []string { return []string{Matched, Spherical, Linear} }

// paths are the functions that write the noise at t in (0,1) from a to b to a. The noise is uniform on
// scale·[-1,1). Products are converted before they are added, so that no processor fuses the two, and
// all get the same bits.
var paths = map[string]func(a, b []float32, t, scale float64){Matched: matched, Spherical: spherical, Linear: linear}

// Between writes to a the noise at t in [0,1] on a way from a to b (c.InputDim() each). path is a name of
// Paths. Codes go in a line. At 0 a stays as it is, and at 1 it becomes b, bit by bit.
func Between(c model.Config, path string, a, b []float32, t float64) {
	switch {
	case t <= 0:
	case t >= 1:
		copy(a, b)
	default:
		n := c.NoiseDim
		paths[path](a[:n], b[:n], t, c.NoiseScale)
		linear(a[n:], b[n:], t, c.NoiseScale)
	}
}

func linear(a, b []float32, t, _ float64) {
	for i := range a {
		a[i] = float32(float64((1-t)*float64(a[i])) + float64(t*float64(b[i])))
	}
}

func spherical(a, b []float32, t, scale float64) {
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot += float64(x * y)
		aa += float64(x * x)
		bb += float64(y * y)
	}
	cos := dot / math.Sqrt(aa*bb) // NaN if one is 0
	angle := math.Acos(max(-1, min(1, cos)))
	sin := math.Sin(angle)
	if !(sin > 1e-6) { // no plane to turn in
		linear(a, b, t, scale)
		return
	}
	p, q := math.Sin((1-t)*angle)/sin, math.Sin(t*angle)/sin
	for i := range a {
		a[i] = float32(float64(p*float64(a[i])) + float64(q*float64(b[i])))
	}
}

// matched is the monotone map from the distribution of y = (1-t)·u + t·v, where u and v are uniform
// on [-1,1) and independent, to the uniform one. With p the larger of 1-t and t, and q the smaller, the density of y
// is a trapezoid: flat up to |y| = p-q, then falling to 0 at 1. So
//
//	2·P(Y≤y) - 1 = y/p                        if |y| ≤ p-q
//	               ±(1 - (1-|y|)² / (4·p·q))  else, with the sign of y
func matched(a, b []float32, t, scale float64) {
	p, q := max(t, 1-t), min(t, 1-t)
	for i := range a {
		y := (float64((1-t)*float64(a[i])) + float64(t*float64(b[i]))) / scale
		if far := 1 - math.Abs(y); far >= 1-(p-q) {
			y /= p
		} else {
			y = math.Copysign(1-float64(far*far)/(4*p*q), y)
		}
		a[i] = float32(scale * y)
	}
}
