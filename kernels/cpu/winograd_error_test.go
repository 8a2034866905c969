package cpu_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgan/kernels"
)

// TestWinogradError compares the rounding errors of F(2x2,2x2) with those of plain chains over the same
// products. For independent values the theory says that they are about equal: with k products of
// variance 1, the partial sums of a chain have variances of 1 to k, and each is rounded, so the error's
// variance is about ε²·k²/2. Each of Winograd's 9 sums has k/4 products of variance 4, and an error of
// ε²·4·(k/4)²/2. A result adds 4 of them, which makes ε²·k²/2 again. The transforms add a few roundings.
func TestWinogradError(t *testing.T) {
	const most = 1.5 // times the plain sum's error
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 1)
		c := convMatrices{kernels.Convolution{Height: 12, Width: 12, Channels: 64, Outputs: 40, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, 4, false}
		for name, draw := range map[string]func(r *rand.Rand) float32{
			"normal": func(r *rand.Rand) float32 { return float32(r.NormFloat64()) },
			"pixels": func(r *rand.Rand) float32 { return r.Float32() },
		} {
			r := rand.New(rand.NewPCG(5, 5))
			x, y, w := make([]float32, c.batch*c.In()), make([]float32, c.batch*c.Out()), normals(r, 16*c.Channels*c.Outputs)
			for i := range x {
				x[i] = draw(r)
			}
			for i := range y {
				y[i] = draw(r)
			}
			gotY, gotX, gotW := convolve(t, dev, c, x, y, w)
			n := []int{c.batch, c.Height, c.Width, c.Channels, c.OutHeight(), c.OutWidth(), c.Outputs, 4, 4, 2, 1}
			for kernel, args := range map[string][3][]float32{"conv": {gotY, x, w}, "conv_back": {gotX, y, w}, "conv_weight": {gotW, x, y}} {
				wide := kernels.Mem[float64]{N: n, F: [][]float64{make([]float64, len(args[0])), widened(args[1]), widened(args[2])}}
				kernels.Named(kernel).F64(wide)
				plain := kernels.Mem[float64]{N: n, F: [][]float64{make([]float64, len(args[0])), wide.F[1], wide.F[2]}}
				chains(kernel, c, plain)
				ratio := rms(wide.F[0], widened(args[0])) / rms(wide.F[0], plain.F[0])
				t.Logf("%s of %s: %.2f times the error of the plain sum", kernel, name, ratio)
				if !(ratio <= most) {
					t.Errorf("%s of %s: %.2f times the error of the plain sum, want at most %g", kernel, name, ratio, most)
				}
			}
		}
	})
}

// chains writes to m what the kernel's plain fma chains in float32 are.
func chains(kernel string, c convMatrices, m kernels.Mem[float64]) {
	a, b, result := narrowed(m.F[1]), narrowed(m.F[2]), []float32(nil)
	c.plain = true
	switch kernel {
	case "conv":
		result = c.conv(a, b, fma)
	case "conv_back":
		result = c.back(a, b, fma)
	default:
		result = c.weight(a, b, fma)
	}
	copy(m.F[0], widened(result))
}

func widened(s []float32) []float64 {
	w := make([]float64, len(s))
	for i, v := range s {
		w[i] = float64(v)
	}
	return w
}

func narrowed(s []float64) []float32 {
	n := make([]float32, len(s))
	for i, v := range s {
		n[i] = float32(v)
	}
	return n
}

// rms returns the root of the mean of the squares of the differences.
func rms(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}
