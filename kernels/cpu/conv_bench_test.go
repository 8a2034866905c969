//go:build unix

package cpu_test

import (
	"fmt"
	"syscall"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
)

// BenchmarkConv measures the layers of three nets, which have kernels of 4x4 and a stride of 2, and those of a residual
// net, which have kernels of 3x3 and a stride of 1. A square product is there for comparison. ms/step is the time that all calls of a training step take, in which D
// sees real and fake images, and the fake ones once more for G. Both are of processor time, which other work on the machine changes least.
func BenchmarkConv(b *testing.B) {
	dev := cpu.New(1)
	defer dev.Close()
	run := func(name string, operations float64, calls int, launch func() error) {
		b.Run(name, func(b *testing.B) {
			start := processorSeconds(b)
			for b.Loop() {
				if err := launch(); err != nil {
					b.Fatal(err)
				}
			}
			seconds := (processorSeconds(b) - start) / float64(b.N)
			b.ReportMetric(operations/seconds/1e9, "GFLOP/s")
			if calls > 0 {
				b.ReportMetric(float64(calls)*seconds*1e3, "ms/step")
			}
		})
	}
	m := [3]*tensor.Dense{floats(b, dev, 1024, 1024), floats(b, dev, 1024, 1024), floats(b, dev, 1024, 1024)}
	run("matmul/1024", 2*float64(1<<30), 0, func() error { return dev.MatMul(m[0], m[1], m[2], false, false) })
	const batch = 64
	for _, s := range [][3]int{{28, 1, 64}, {14, 64, 128}, {32, 3, 64}, {16, 64, 128}, {8, 128, 256}, {64, 3, 64}, {32, 64, 128}, {16, 128, 256}, {8, 256, 512}, {16, 64, 64}, {8, 128, 128}, {4, 256, 256}} {
		c := kernels.Convolution{Height: s[0], Width: s[0], Channels: s[1], Outputs: s[2], KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
		name, back := fmt.Sprintf("%d-%d at %d/", s[1], s[2], s[0]), 4
		if s[1] == s[2] {
			name, c.KernelHeight, c.KernelWidth, c.Stride = fmt.Sprintf("%d at %d/", s[1], s[0]), 3, 3, 1
		}
		x, y, w := floats(b, dev, batch, c.In()), floats(b, dev, batch, c.Out()), floats(b, dev, c.KernelHeight*c.KernelWidth*s[1], s[2])
		operations := 2 * batch * float64(c.Multiplications())
		if s[1] < 64 {
			back = 2 // D's step needs no gradient at its images
		}
		run(name+"conv", operations, 4, func() error { return kernels.Conv(dev, y, x, w, c) })
		run(name+"conv_back", operations, back, func() error { return kernels.ConvBack(dev, x, y, w, c) })
		run(name+"conv_weight", operations, 3, func() error { return kernels.ConvWeight(dev, w, x, y, c) })
	}
}

// processorSeconds returns the user time of this process.
func processorSeconds(b *testing.B) float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return float64(usage.Utime.Nano()) / 1e9
}
