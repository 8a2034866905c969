package cpu

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestNeededSteps holds the lists of steps to the elements.
func TestNeededSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	tried := 0
	for _, l := range levels {
		if l.sparse == nil {
			continue
		}
		tried++
		for rows := 1; rows < len(l.sparse.tiles); rows++ {
			for _, k := range []int{1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100, most} {
				along, across := make([]float32, rows*(k+3)), make([]float32, (rows+3)*k)
				var want []uint32
				const first = 70
				for step := range k {
					along[(step%rows)*(k+3)+k], across[step*(rows+3)+rows] = 1, 1 // beyond the tile
					if k == 2 || r.IntN(3) == 0 {
						continue
					}
					want = append(want, uint32(first+step))
					row, x := r.IntN(rows), float32(r.NormFloat64())
					along[row*(k+3)+step], across[step*(rows+3)+row] = x, x
				}
				steps := make([]uint32, k+1)
				if got := steps[:l.sparse.along(rows, first, k, &along[0], k+3, &steps[0])]; !slices.Equal(got, want) {
					t.Errorf("%s: %d rows, %d steps side by side: %v, want %v", l.name, rows, k, got, want)
				}
				if got := steps[:l.sparse.across(rows, first, k, &across[0], rows+3, &steps[0])]; !slices.Equal(got, want) {
					t.Errorf("%s: %d steps of %d rows side by side: %v, want %v", l.name, k, rows, got, want)
				}
			}
		}
	}
	if tried == 0 && len(levels) > 1 {
		t.Error("no level skips")
	}
}

// TestSkipsWhereItPays: images are worth it, and noise, small products and activations
// with a zero here and there are not.
func TestSkipsWhereItPays(t *testing.T) {
	p := newPool(2)
	defer p.close()
	r := rand.New(rand.NewPCG(7, 7))
	for _, l := range levels {
		g := newGemm(l, p)
		for _, c := range []struct {
			what    string
			m, n, k int
			zero    func(i, l int) bool
			want    bool
		}{
			{"black steps", 100, 200, 50, func(_, l int) bool { return l%2 == 0 }, true},
			{"black rows", 128, 200, 784, func(i, _ int) bool { return i < 64 }, true},
			{"scattered zeros", 100, 200, 784, func(_, _ int) bool { return r.IntN(2) == 0 }, false},
			{"noise", 100, 200, 50, func(_, _ int) bool { return false }, false},
			{"few columns", 100, 9, 50, func(_, _ int) bool { return true }, false},
			{"few rows", 9, 200, 50, func(_, _ int) bool { return true }, false},
			{"few steps", 100, 200, 9, func(_, _ int) bool { return true }, false},
		} {
			a := make([]float32, c.m*c.k)
			for at := range a {
				if !c.zero(at/c.k, at%c.k) {
					a[at] = 1
				}
			}
			g.multiply(&Product{Dst: make([]float32, c.m*c.n), A: a, B: make([]float32, c.k*c.n), LdDst: c.n, LdA: c.k, LdB: c.n, M: c.m, N: c.n, K: c.k})
			if want := c.want && l.sparse != nil; g.skips != want {
				t.Errorf("%s, %s: skips is %v", l.name, c.what, g.skips)
			}
		}
	}
}
