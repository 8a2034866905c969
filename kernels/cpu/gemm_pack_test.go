package cpu

import (
	"slices"
	"testing"
)

// TestEveryWorkerHasScratch: when a product is repeated, a worker that takes its first part need
// not allocate.
func TestEveryWorkerHasScratch(t *testing.T) {
	p := newPool(3)
	defer p.close()
	g := newGemm(&pureGo, p)
	const n, wide = 4, setStride
	// a and b are transposed, so both are packed.
	a, b := make([]float32, n*wide), make([]float32, n*wide)
	g.multiply(&Product{Dst: make([]float32, wide*n), A: a, B: b, LdDst: n, LdA: wide, LdB: n, M: wide, N: n, K: n, TA: true, TB: true})
	if !g.packA || !g.packB {
		t.Fatal("the product packs nothing")
	}
	if slices.ContainsFunc(g.scratch, func(w scratch) bool { return len(w.a) == 0 || len(w.b) == 0 }) {
		t.Error("a worker has no scratch memory")
	}
}
