package cpu_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgan/kernels"
)

// TestWinogradError compares the rounding errors of Winograd's forms with those of plain chains over the same
// products. For independent values the theory is as follows. With k products of variance 1, the partial sums of a
// chain have variances of 1 to k, and each is rounded, so the error's variance is about ε²·k²/2. A form of r taps in each direction
// has sums of k/r² products, whose variance is that of V times that of U, the sums of the squares of their factors. A
// result adds the errors of its sums times the squares of its factors of m. Rows and columns each multiply the
// variance, and its mean over the results, divided by r², is in one direction
//
//	F(4,2): 2.03, the taps' gradients 1.02      F(4,3): 3.59, the taps' gradients 2.69
//
// In both directions these are how many times the plain error theirs is. The roundings of the transforms, which count
// for more in short sums, add a sixth to a half of it. Values that are not independent, such as pixels, of which none
// is below 0, make a plain chain worse, and a form's differences better.
func TestWinogradError(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 1)
		for _, form := range []struct {
			kernels.Convolution
			most, mostOfTaps float64 // times the plain sum's error
		}{
			{kernels.Convolution{Height: 16, Width: 16, Channels: 64, Outputs: 40, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, 3, 2},
			{kernels.Convolution{Height: 8, Width: 8, Channels: 64, Outputs: 40, KernelHeight: 3, KernelWidth: 3, Stride: 1, Pad: 1}, 5.5, 5.5},
		} {
			c := convMatrices{form.Convolution, 2, false}
			for name, draw := range map[string]func(r *rand.Rand) float32{
				"normal": func(r *rand.Rand) float32 { return float32(r.NormFloat64()) },
				"pixels": func(r *rand.Rand) float32 { return r.Float32() },
			} {
				r := rand.New(rand.NewPCG(5, 5))
				x, y := make([]float32, c.batch*c.In()), make([]float32, c.batch*c.Out())
				w := normals(r, c.KernelHeight*c.KernelWidth*c.Channels*c.Outputs)
				for i := range x {
					x[i] = draw(r)
				}
				for i := range y {
					y[i] = draw(r)
				}
				gotY, gotX, gotW := convolve(t, dev, c, x, y, w)
				n := []int{c.batch, c.Height, c.Width, c.Channels, c.OutHeight(), c.OutWidth(), c.Outputs, c.KernelHeight, c.KernelWidth, c.Stride, c.Pad}
				for kernel, args := range map[string][3][]float32{"conv": {gotY, x, w}, "conv_back": {gotX, y, w}, "conv_weight": {gotW, x, y}} {
					most := form.most
					if kernel == "conv_weight" {
						most = form.mostOfTaps
					}
					wide := kernels.Mem[float64]{N: n, F: [][]float64{make([]float64, len(args[0])), widened(args[1]), widened(args[2])}}
					kernels.Named(kernel).F64(wide)
					plain := kernels.Mem[float64]{N: n, F: [][]float64{make([]float64, len(args[0])), wide.F[1], wide.F[2]}}
					chains(kernel, c, plain)
					error := rms(wide.F[0], widened(args[0]))
					ratio := error / rms(wide.F[0], plain.F[0])
					t.Logf("%dx%d taps, %s of %s: an error of %.1e of the values' size, %.2f times that of the plain sum",
						c.KernelHeight, c.KernelWidth, kernel, name, error/rms(wide.F[0], make([]float64, len(wide.F[0]))), ratio)
					if !(ratio <= most) {
						t.Errorf("%dx%d taps, %s of %s: %.2f times the error of the plain sum, want at most %g", c.KernelHeight, c.KernelWidth, kernel, name, ratio, most)
					}
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
