//go:build !purego

package cpu

import (
	"math/rand/v2"
	"testing"

	"gorgan/kernels"
)

// TestSumSquares: each level adds in the order of the Go function, which rounding to
// float32 would seldom show.
func TestSumSquares(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, 100)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	for _, l := range levels {
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
