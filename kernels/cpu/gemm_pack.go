package cpu

// scratch is the memory of one worker: the packed block of a, the packed panel of b, and the
// steps that cannot be skipped.
type scratch struct {
	a, b   []float32
	needed needed
}

// Packed rows of a are this number of elements longer than necessary. So they are not a
// multiple of 4 KiB apart, and lie in different sets of the first-level cache.
const padding = 16

// reserve allocates the scratch memory of all workers for the current product, whether or not a
// worker will take a part. So a product that was computed once allocates nothing later.
func (g *gemm) reserve() {
	k := min(g.k, kc)
	_, nr := g.isa.tileSize()
	for i := range g.scratch {
		w := &g.scratch[i]
		if g.packA {
			w.a = grown(w.a, k*(count(g.m, g.rowParts)+padding))
		}
		if g.packB {
			w.b = grown(w.b, k*nr)
		}
		if g.skips {
			w.needed.reserve(count(len(g.micropanels), g.rowParts) + 1)
		}
	}
}

// blockA returns the block x of op(a), packed if packA is set, and its strides.
func (g *gemm) blockA(w *scratch, x block) (a []float32, ars, aks int) {
	first, last := x.micropanels[0].first, x.micropanels[len(x.micropanels)-1]
	a = g.a[first*g.ars+x.l*g.aks:]
	if !g.packA {
		return a, g.ars, g.aks
	}
	rows := last.first + last.rows - first
	aks = rows + padding
	for p := range x.k {
		copy(w.a[p*aks:][:rows], a[p*g.aks:])
	}
	return w.a, 1, aks
}

// packTransposed packs k x cols elements of a transposed matrix b: its columns are rows in memory,
// bcs elements apart.
func (l *isa) packTransposed(k, cols int, b []float32, bcs int, packed []float32) {
	_, nr := l.tileSize()
	done := 0
	if k >= 4 {
		for ; done+l.lanes <= cols; done += l.lanes {
			l.transpose(k/4, &b[done*bcs], bcs, &packed[done], nr)
		}
	}
	for c := range cols {
		first := k &^ 3
		if c >= done {
			first = 0
		}
		for p, x := range b[c*bcs:][first:k] {
			packed[(first+p)*nr+c] = x
		}
	}
}

// grown returns s, or a new slice if s has fewer than n elements.
func grown(s []float32, n int) []float32 {
	if len(s) < n {
		return make([]float32, n)
	}
	return s
}
