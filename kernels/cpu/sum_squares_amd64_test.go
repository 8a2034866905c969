//go:build !purego

package cpu

import (
	"math/rand/v2"
	"testing"

	"gorgan/kernels"
)

// TestSumSquares: each instruction set sums in the order of the Go function. The float64 sums are
// compared, because rounding to float32 would hide most differences.
func TestSumSquares(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, 100)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	for _, l := range isas {
		squares := map[string]func(n int, x *float32) float64{"avx512": sumSquaresAVX512, "avx2": sumSquaresAVX2}[l.name]
		if squares == nil {
			continue
		}
		for n := range len(x) {
			if got, want := squares(n+1, &x[0]), kernels.SumSquares(x[:n+1]); got != want {
				t.Errorf("%s: %d values: %g, want %g", l.name, n+1, got, want)
			}
		}
	}
}
