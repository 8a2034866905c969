package cpu

import (
	"slices"
	"testing"
)

// TestEveryWorkerHasRoom: who first takes a part when a product is repeated need not
// allocate then.
func TestEveryWorkerHasRoom(t *testing.T) {
	p := newPool(3)
	defer p.close()
	g := newGemm(&pureGo, p)
	const n, wide = 4, oneSet
	// Columns of a and of b: both are packed.
	a, b := make([]float32, n*wide), make([]float32, n*wide)
	g.multiply(&Product{Dst: make([]float32, wide*n), A: a, B: b, LdDst: n, LdA: wide, LdB: n, M: wide, N: n, K: n, TA: true, TB: true})
	if !g.packA || !g.packB {
		t.Fatal("the product packs nothing")
	}
	if slices.ContainsFunc(g.room, func(w scratch) bool { return len(w.a) == 0 || len(w.b) == 0 }) {
		t.Error("a worker has no room")
	}
}
