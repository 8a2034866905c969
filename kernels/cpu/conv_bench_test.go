package cpu_test

import (
	"fmt"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
)

// BenchmarkConv measures the layers of three nets of convolutions with kernels of 4x4 and a stride of 2, and
// a square product for comparison. ms/step is the time that all calls of a training step take, in which D
// sees real and fake images, and the fake ones once more for G.
func BenchmarkConv(b *testing.B) {
	dev := cpu.New(1)
	defer dev.Close()
	run := func(name string, operations float64, calls int, launch func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := launch(); err != nil {
					b.Fatal(err)
				}
			}
			seconds := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(operations/seconds/1e9, "GFLOP/s")
			if calls > 0 {
				b.ReportMetric(float64(calls)*seconds*1e3, "ms/step")
			}
		})
	}
	m := [3]*tensor.Dense{floats(b, dev, 1024, 1024), floats(b, dev, 1024, 1024), floats(b, dev, 1024, 1024)}
	run("matmul/1024", 2*float64(1<<30), 0, func() error { return dev.MatMul(m[0], m[1], m[2], false, false) })
	const batch = 64
	for _, s := range [][3]int{{28, 1, 64}, {14, 64, 128}, {32, 3, 64}, {16, 64, 128}, {8, 128, 256}, {64, 3, 64}, {32, 64, 128}, {16, 128, 256}, {8, 256, 512}} {
		c := kernels.Convolution{Height: s[0], Width: s[0], Channels: s[1], Outputs: s[2], KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
		x, y, w := floats(b, dev, batch, c.In()), floats(b, dev, batch, c.Out()), floats(b, dev, 16*s[1], s[2])
		name, operations, back := fmt.Sprintf("%d-%d at %d/", s[1], s[2], s[0]), 2*batch*float64(c.Multiplications()), 4
		if s[1] < 64 {
			back = 2 // D's step needs no gradient at its images
		}
		run(name+"conv", operations, 4, func() error { return kernels.Conv(dev, y, x, w, c) })
		run(name+"conv_back", operations, back, func() error { return kernels.ConvBack(dev, x, y, w, c) })
		run(name+"conv_weight", operations, 3, func() error { return kernels.ConvWeight(dev, w, x, y, c) })
	}
}
