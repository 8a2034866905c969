package cpu_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels"
)

// TestConvChain: each value has the bits of an explicit chain of fmas, or of the few chains that make a value,
// on every level, with any shape and any number of workers.
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
			wantY, wantX, wantW := c.conv(x, w, step), c.back(y, w, step), c.weight(x, y, step)
			for _, dev := range devs {
				gotY, gotX, gotW := convolve(t, dev, c, x, y, w)
				for _, r := range []struct {
					name      string
					got, want []float32
				}{{"conv: y", gotY, wantY}, {"conv_back: x", gotX, wantX}, {"conv_weight: w", gotW, wantW}} {
					for i, want := range r.want {
						if got := r.got[i]; got != want {
							return fmt.Errorf("%+v on %s: %s[%d] is %g, want %g", c, dev.Name(), r.name, i, got, want)
						}
					}
				}
			}
			return nil
		}
		// So many values that each kind of block is cut: parts, steps, panels, tiles, blocks of squares.
		for _, c := range []convMatrices{
			{kernels.Convolution{Height: 16, Width: 14, Channels: 40, Outputs: 65, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, 7, false},
			{kernels.Convolution{Height: 4, Width: 4, Channels: 130, Outputs: 34, KernelHeight: 3, KernelWidth: 3, Stride: 1, Pad: 1}, 5, false},
			{kernels.Convolution{Height: 14, Width: 15, Channels: 33, Outputs: 34, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, 17, false},
			{kernels.Convolution{Height: 2, Width: 3, Channels: 530, Outputs: 32, KernelHeight: 2, KernelWidth: 2, Stride: 1, Pad: 1}, 2, false},
			{kernels.Convolution{Height: 7, Width: 8, Channels: 150, Outputs: 37, KernelHeight: 2, KernelWidth: 2, Stride: 1, Pad: 1}, 3, false},
			{kernels.Convolution{Height: 4, Width: 4, Channels: 32, Outputs: 130, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, 2, false},
			{kernels.Convolution{Height: 9, Width: 6, Channels: 33, Outputs: 140, KernelHeight: 3, KernelWidth: 3, Stride: 1, Pad: 1}, 2, false},
			{kernels.Convolution{Height: 8, Width: 7, Channels: 70, Outputs: 34, KernelHeight: 3, KernelWidth: 3, Stride: 1, Pad: 1}, 17, false},
			{kernels.Convolution{Height: 14, Width: 14, Channels: 36, Outputs: 33, KernelHeight: 6, KernelWidth: 6, Stride: 2, Pad: 2}, 2, false},
			{kernels.Convolution{Height: 21, Width: 23, Channels: 3, Outputs: 64, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}, 3, false},
		} {
			report(t, check(c, devs, 1))
		}
		rapid.Check(t, func(t *rapid.T) {
			size := func(name string, most int) int { return rapid.IntRange(1, most).Draw(t, name) }
			c := convMatrices{kernels.Convolution{Height: size("height", 9), Width: size("width", 9), Channels: size("channels", 40), Outputs: size("outputs", 40),
				KernelHeight: size("kernel height", 5), KernelWidth: size("kernel width", 5), Stride: size("stride", 4), Pad: size("pad", 4) - 1}, size("batch", 3), false}
			if rapid.Bool().Draw(t, "Winograd's") { // which so many channels and sides would seldom be
				c.Stride = 1 + c.Stride%2
				c.KernelHeight = (2 + c.KernelHeight%2) * c.Stride
				c.KernelWidth, c.Channels, c.Outputs = c.KernelHeight, 28+c.Channels/2, 28+c.Outputs/2
			}
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
		var launches []func() error
		for _, channels := range []int{40, 16, 3} { // each has other forms of products
			c := kernels.Convolution{Height: 16, Width: 16, Channels: channels, Outputs: 40, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
			x, y, w := floats(t, dev, 8, c.In()), floats(t, dev, 8, c.Out()), floats(t, dev, 16*channels, 40)
			launches = append(launches, func() error { return kernels.Conv(dev, y, x, w, c) },
				func() error { return kernels.ConvBack(dev, x, y, w, c) }, func() error { return kernels.ConvWeight(dev, w, x, y, c) })
		}
		step, err := dev.Record(func() error {
			for _, launch := range launches {
				if err := launch(); err != nil {
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
