package cpu_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
)

// convMatrices writes the three kernels of a convolution as products of explicit matrices.
type convMatrices struct {
	kernels.Convolution
	batch int
}

// patchesOfX returns the matrix (positions of y, patches of x).
func (c convMatrices) patchesOfX(x []float32) (m []float32) {
	for b := range c.batch {
		for i := range c.OutHeight() {
			for j := range c.OutWidth() {
				for kh := range c.KernelHeight {
					for kw := range c.KernelWidth {
						for ch := range c.Channels {
							m = append(m, pixel(x, b, c.Height, i*c.Stride-c.Pad+kh, c.Width, j*c.Stride-c.Pad+kw, c.Channels, ch))
						}
					}
				}
			}
		}
	}
	return m
}

// pixel returns a value of NHWC images with a border of zeros.
func pixel(x []float32, b, height, row, width, col, channels, ch int) float32 {
	if row < 0 || col < 0 || row >= height || col >= width {
		return 0
	}
	return x[b*height*width*channels+row*width*channels+col*channels+ch]
}

// back returns the chain along k for one value of conv_back: its taps from the last to the first.
func (c convMatrices) back(y, w []float32, b, row, col, ch int, step func(x, y, z float32) float32) (sum float32) {
	for kh := c.KernelHeight - 1; kh >= 0; kh-- {
		for kw := c.KernelWidth - 1; kw >= 0; kw-- {
			h, v := row+c.Pad-kh, col+c.Pad-kw
			if h%c.Stride != 0 || v%c.Stride != 0 {
				continue
			}
			for o := range c.Outputs {
				d := pixel(y, b, c.OutHeight(), h/c.Stride, c.OutWidth(), v/c.Stride, c.Outputs, o)
				sum = step(d, w[((kh*c.KernelWidth+kw)*c.Channels+ch)*c.Outputs+o], sum)
			}
		}
	}
	return sum
}

// TestConvChain: each value has the bits of the fma chain of a product of explicit matrices, on
// every level, with any shape and any number of workers.
func TestConvChain(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		step := fma
		if level(t) == "purego" {
			step = mulAdd
		}
		devs := []kernels.Device{newDevice(t, 1), newDevice(t, 3)}
		check := func(c convMatrices, devs []kernels.Device, seed uint64) error {
			r := rand.New(rand.NewPCG(seed, 1))
			x, y, w := normals(r, c.batch*c.In()), normals(r, c.batch*c.Out()), normals(r, c.KernelHeight*c.KernelWidth*c.Channels*c.Outputs)
			a, k, n := c.patchesOfX(x), c.KernelHeight*c.KernelWidth*c.Channels, c.Outputs
			for _, dev := range devs {
				gotY, gotX, gotW := convolve(t, dev, c, x, y, w)
				for i, got := range gotY {
					var want float32
					for l := range k {
						want = step(a[i/n*k+l], w[l*n+i%n], want)
					}
					if got != want {
						return fmt.Errorf("%+v on %s: conv: y[%d] is %g, want %g", c, dev.Name(), i, got, want)
					}
				}
				for i, got := range gotX {
					p := i / c.Channels
					if want := c.back(y, w, p/(c.Height*c.Width), p/c.Width%c.Height, p%c.Width, i%c.Channels, step); got != want {
						return fmt.Errorf("%+v on %s: conv_back: x[%d] is %g, want %g", c, dev.Name(), i, got, want)
					}
				}
				for i, got := range gotW {
					var want float32
					for p := range len(a) / k {
						want = step(a[p*k+i/n], y[p*n+i%n], want)
					}
					if got != want {
						return fmt.Errorf("%+v on %s: conv_weight: w[%d] is %g, want %g", c, dev.Name(), i, got, want)
					}
				}
			}
			return nil
		}
		// So many values that each kind of block is cut: parts, steps, panels, tiles.
		for _, c := range []convMatrices{
			{kernels.Convolution{Height: 16, Width: 14, Channels: 40, Outputs: 65, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, 7},
			{kernels.Convolution{Height: 4, Width: 4, Channels: 130, Outputs: 34, KernelHeight: 3, KernelWidth: 3, Stride: 1, Pad: 1}, 5},
		} {
			report(t, check(c, devs, 1))
		}
		rapid.Check(t, func(t *rapid.T) {
			size := func(name string, most int) int { return rapid.IntRange(1, most).Draw(t, name) }
			c := convMatrices{kernels.Convolution{Height: size("height", 9), Width: size("width", 9), Channels: size("channels", 40), Outputs: size("outputs", 40),
				KernelHeight: size("kernel height", 5), KernelWidth: size("kernel width", 5), Stride: size("stride", 4), Pad: size("pad", 4) - 1}, size("batch", 3)}
			if c.Check() != nil {
				t.Skip("the kernel does not fit")
			}
			if err := check(c, devs[size("workers", 2)-1:][:1], 2); err != nil {
				t.Fatal(err)
			}
		})
	})
}

// convolve returns the results of conv, conv_back and conv_weight.
func convolve(t *testing.T, dev kernels.Device, c convMatrices, x, y, w []float32) (gotY, gotX, gotW []float32) {
	t.Helper()
	in := [3]*tensor.Dense{holding(t, dev, x, c.batch, c.In()), holding(t, dev, y, c.batch, c.Out()), holding(t, dev, w, len(w))}
	var out [3]*tensor.Dense
	for i, s := range [][]float32{x, y, w} {
		// What the results lie in is not 0, so that a value that is left out is found.
		out[i] = holding(t, dev, normals(rand.New(rand.NewPCG(3, 3)), len(s)), in[i].Shape()...)
	}
	for _, err := range []error{
		kernels.Conv(dev, out[1], in[0], in[2], c.Convolution),
		kernels.ConvBack(dev, out[0], in[1], in[2], c.Convolution),
		kernels.ConvWeight(dev, out[2], in[0], in[1], c.Convolution),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return out[1].Float32s(), out[0].Float32s(), out[2].Float32s()
}

// TestConvAllocations: a convolution that was computed once allocates nothing.
func TestConvAllocations(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 2)
		c := kernels.Convolution{Height: 16, Width: 16, Channels: 16, Outputs: 40, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
		x, y, w := floats(t, dev, 8, c.In()), floats(t, dev, 8, c.Out()), floats(t, dev, 16*16, 40)
		step, err := dev.Record(func() error {
			for _, err := range []error{kernels.Conv(dev, y, x, w, c), kernels.ConvBack(dev, x, y, w, c), kernels.ConvWeight(dev, w, x, y, c)} {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		run := func() {
			if err := step.Run(); err != nil {
				t.Fatal(err)
			}
		}
		run()
		if n := testing.AllocsPerRun(10, run); n > 0 {
			t.Errorf("a step allocates %v times", n)
		}
	})
}

func floats(t testing.TB, dev kernels.Device, shape ...int) *tensor.Dense {
	t.Helper()
	d, err := dev.New(tensor.Float32, shape...)
	if err == nil {
		err = dev.Upload(d, ones(d.Shape().TotalSize()))
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// BenchmarkConv measures the layers of three nets with kernels of 4x4 and a stride of 2, and a square
// product for comparison.
func BenchmarkConv(b *testing.B) {
	dev := cpu.New(1)
	defer dev.Close()
	b.Run("matmul/1024", func(b *testing.B) {
		m := [3]*tensor.Dense{floats(b, dev, 1024, 1024), floats(b, dev, 1024, 1024), floats(b, dev, 1024, 1024)}
		for b.Loop() {
			if err := dev.MatMul(m[0], m[1], m[2], false, false); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(2*float64(1<<30)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
	const batch = 64
	for _, s := range [][3]int{{28, 1, 64}, {14, 64, 128}, {32, 3, 64}, {16, 64, 128}, {8, 128, 256}, {64, 3, 64}, {32, 64, 128}, {16, 128, 256}, {8, 256, 512}} {
		c := kernels.Convolution{Height: s[0], Width: s[0], Channels: s[1], Outputs: s[2], KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
		x, y, w := floats(b, dev, batch, c.In()), floats(b, dev, batch, c.Out()), floats(b, dev, 16*s[1], s[2])
		for _, k := range []struct {
			name string
			run  func() error
		}{
			{"conv", func() error { return kernels.Conv(dev, y, x, w, c) }},
			{"conv_back", func() error { return kernels.ConvBack(dev, x, y, w, c) }},
			{"conv_weight", func() error { return kernels.ConvWeight(dev, w, x, y, c) }},
		} {
			b.Run(fmt.Sprintf("%d-%d at %d/%s", s[1], s[2], s[0], k.name), func(b *testing.B) {
				for b.Loop() {
					if err := k.run(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(2*batch*float64(c.Multiplications())*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
