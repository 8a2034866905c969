package cpu_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// withZeros sets elements of p's a to 0; op(a) is (M,K). All of the first eight rows become 0.
// Further down some steps become 0 in eight rows at a time. Some scattered elements become 0.
func withZeros(r *rand.Rand, p kerneltest.Product, a []float32) []float32 {
	zero := make([]bool, (p.M/8+1)*p.K)
	for i := range zero {
		zero[i] = i < p.K || r.IntN(2) == 0
	}
	for at := range a {
		i, l := at/p.K, at%p.K
		if p.TA {
			i, l = at%p.M, at/p.M
		}
		if zero[i/8*p.K+l] || r.IntN(9) == 0 {
			a[at] = 0
		}
	}
	return a
}

// TestZeroSteps: steps in which a is 0 may be left out, unless b is NaN or infinite in them.
func TestZeroSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	eachLevel(t, func(t *testing.T) {
		devs := []kernels.Device{newDevice(t, 1), newDevice(t, 3)}
		// The sizes need several blocks along k, tiles at the edge, and packing of a, of b, and of
		// a transposed b.
		for i, s := range [][3]int{{64, 128, 32}, {70, 137, 33}, {200, 160, 600}, {131, 512, 40}, {1024, 160, 64}, {90, 256, 1030}} {
			for flags := range 8 {
				p := kerneltest.Product{M: s[0], N: s[1], K: s[2], TA: flags&1 != 0, TB: flags&2 != 0}
				a, b := withZeros(r, p, normals(r, p.M*p.K)), normals(r, p.K*p.N)
				if flags&4 != 0 {
					b[[]int{0, len(b) / 2, len(b) - 1}[r.IntN(3)]] = float32(math.Inf(1))
				}
				checkChain(t, devs[i%2], level(t), p, a, b)
			}
		}
	})
}
