package cpu_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// blackened sets elements of p's a (op(a) is (M,K)) to 0: some steps of eight rows at a
// time, all of the first rows, and some here and there.
func blackened(r *rand.Rand, p kerneltest.Product, a []float32) []float32 {
	black := make([]bool, (p.M/8+1)*p.K)
	for i := range black {
		black[i] = i < p.K || r.IntN(2) == 0
	}
	for at := range a {
		i, l := at/p.K, at%p.K
		if p.TA {
			i, l = at%p.M, at/p.M
		}
		if black[i/8*p.K+l] || r.IntN(9) == 0 {
			a[at] = 0
		}
	}
	return a
}

// TestBlackSteps: steps in which a is 0 may be left out, but not where b is NaN or infinite.
func TestBlackSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	eachLevel(t, func(t *testing.T) {
		devs := []kernels.Device{newDevice(t, 1), newDevice(t, 3)}
		// Blocks along k, part tiles, and what is packed: b of rows, b of columns, a.
		for i, s := range [][3]int{{64, 128, 32}, {70, 137, 33}, {200, 160, 600}, {131, 512, 40}, {1024, 160, 64}, {90, 256, 1030}} {
			for flags := range 8 {
				p := kerneltest.Product{M: s[0], N: s[1], K: s[2], TA: flags&1 != 0, TB: flags&2 != 0}
				a, b := blackened(r, p, normals(r, p.M*p.K)), normals(r, p.K*p.N)
				if flags&4 != 0 {
					b[[]int{0, len(b) / 2, len(b) - 1}[r.IntN(3)]] = float32(math.Inf(1))
				}
				checkChain(t, devs[i%2], level(t), p, a, b)
			}
		}
	})
}
