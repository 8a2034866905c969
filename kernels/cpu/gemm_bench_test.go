package cpu_test

import (
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

// The nine products of a training step of the tutorial's nets at batch 128, and
// others: of the discriminator's last layer, and of wider nets and batches.
var benched = []kerneltest.Product{
	{M: 128, N: 256, K: 100}, {M: 128, N: 784, K: 256}, // generator
	{M: 256, N: 256, K: 784}, {M: 128, N: 256, K: 784}, // discriminator
	{M: 784, N: 256, K: 256, TA: true}, // its gradient
	{M: 128, N: 784, K: 256, TB: true}, // to the images
	{M: 256, N: 784, K: 128, TA: true}, {M: 128, N: 256, K: 784, TB: true}, {M: 100, N: 256, K: 128, TA: true},
	{M: 256, N: 1, K: 256}, {M: 256, N: 1, K: 256, TA: true}, {M: 256, N: 256, K: 1, TB: true},
	{M: 1, N: 784, K: 256}, {M: 128, N: 784, K: 1024}, {M: 1024, N: 784, K: 128, TA: true}, {M: 128, N: 1024, K: 784, TB: true},
	{M: 128, N: 1024, K: 1024}, {M: 1024, N: 1024, K: 128, TA: true}, {M: 4096, N: 256, K: 784}, {M: 784, N: 256, K: 4096, TA: true},
	{M: 4096, N: 784, K: 256, TB: true},
}

func BenchmarkMatMul(b *testing.B) {
	for _, p := range benched {
		for _, level := range append(cpu.Levels(), "gonum") {
			b.Run(fmt.Sprintf("%v/%s", p, level), func(b *testing.B) {
				product := gonumProduct(p)
				if level != "gonum" {
					b.Setenv(cpu.LevelVar, level)
					dev := cpu.New(0)
					defer dev.Close()
					product = deviceProduct(b, dev, p)
				}
				b.SetBytes(int64(4 * (p.M*p.N + p.M*p.K + p.K*p.N)))
				b.ReportAllocs()
				for b.Loop() {
					product()
				}
				b.ReportMetric(2*float64(p.M*p.N*p.K)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func deviceProduct(b *testing.B, dev kernels.Device, p kerneltest.Product) func() {
	shapes := [][2]int{{p.M, p.N}, {p.M, p.K}, {p.K, p.N}}
	var t [3]*tensor.Dense
	for i, flip := range []bool{false, p.TA, p.TB} {
		s := shapes[i]
		if flip {
			s[0], s[1] = s[1], s[0]
		}
		t[i], _ = dev.New(tensor.Float32, s[:]...)
		if err := dev.Upload(t[i], ones(s[0]*s[1])); err != nil {
			b.Fatal(err)
		}
	}
	return func() {
		if err := dev.MatMul(t[0], t[1], t[2], p.TA, p.TB); err != nil {
			b.Fatal(err)
		}
	}
}

// ones are operands: zeros would be skipped.
func ones(n int) []float32 { return slices.Repeat([]float32{1}, n) }

// gonumProduct is the yardstick: the product of the library most Go programs use.
func gonumProduct(p kerneltest.Product) func() {
	opA, lda := blas.NoTrans, p.K
	if p.TA {
		opA, lda = blas.Trans, p.M
	}
	opB, ldb := blas.NoTrans, p.N
	if p.TB {
		opB, ldb = blas.Trans, p.K
	}
	dst, a, b := ones(p.M*p.N), ones(p.M*p.K), ones(p.K*p.N)
	return func() {
		gonum.Implementation{}.Sgemm(opA, opB, p.M, p.N, p.K, 1, a, lda, b, ldb, 0, dst, p.N)
	}
}
