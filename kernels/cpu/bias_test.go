package cpu_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
)

// biasKernels are those that take a bias for each column.
var biasKernels = []string{"bias_linear", "bias_relu", "bias_sigmoid", "bias_tanh"}

func launchBias(dev kernels.Device, name string, y, bias *tensor.Dense) error {
	a := kernels.Args{Tensors: []*tensor.Dense{y, bias}, Sizes: []int{y.Shape()[0], y.Shape()[1]}}
	if name == "bias_relu" {
		a.Scalars = []float32{0.2}
	}
	return dev.Launch(kernels.Named(name), a)
}

// biased returns y (rows, cols) after the kernel of that name.
func biased(t *testing.T, dev kernels.Device, name string, y, bias []float32) []float32 {
	t.Helper()
	on, got := holding(t, dev, y, len(y)/len(bias), len(bias)), make([]float32, len(y))
	for _, err := range []error{launchBias(dev, name, on, holding(t, dev, bias, len(bias))), dev.Download(got, on)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return got
}

// TestNarrowBias: rows of few columns, which are taken many at a time, get the bits that each gets by
// itself.
func TestNarrowBias(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		one, three := newDevice(t, 1), newDevice(t, 3)
		for _, name := range biasKernels {
			for _, cols := range []int{1, 2, 7, 8, 16, 17, 63, 64, 65} {
				for _, rows := range []int{1, 2, 17, 64, 129, 1030} {
					y, bias := make([]float32, rows*cols), make([]float32, cols)
					for i := range y {
						y[i] = float32(r.NormFloat64() * 8)
					}
					for i := range bias {
						bias[i] = float32(r.NormFloat64())
					}
					y[len(y)-1] = float32(math.Inf(1))
					got := biased(t, three, name, y, bias)
					for i := range rows {
						if want := biased(t, one, name, y[i*cols:][:cols], bias); !slices.Equal(got[i*cols:][:cols], want) {
							t.Fatalf("%s of %dx%d: row %d is %v, alone %v", name, rows, cols, i, got[i*cols:][:cols], want)
						}
					}
				}
			}
		}
	})
}

func BenchmarkBiasSigmoid(b *testing.B) {
	for _, size := range [][2]int{{100352, 1}, {128, 784}} {
		for _, level := range cpu.Levels() {
			b.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], level), func(b *testing.B) {
				b.Setenv(cpu.LevelVar, level)
				dev := newDevice(b, 1)
				y, err := dev.New(tensor.Float32, size[0], size[1])
				if err != nil {
					b.Fatal(err)
				}
				bias, err := dev.New(tensor.Float32, size[1])
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if err := launchBias(dev, "bias_sigmoid", y, bias); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
