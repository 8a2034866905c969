package kernels

// scratch is what one worker packs into.
type scratch struct{ a, b []float32 }

// Packed rows of a are so many elements longer than need be: away from multiples
// of 4 KiB, which fall on one set of the first-level cache.
const padding = 16

// reserve makes room for the product under way, for every worker whether or not it
// will come to take a part: so a product that was done once allocates no more.
func (g *gemm) reserve() {
	k := min(g.k, most)
	_, nr := g.largest()
	for i := range g.room {
		w := &g.room[i]
		if g.packA {
			w.a = grown(w.a, k*(g.rows+padding))
		}
		if g.packB {
			w.b = grown(w.b, k*nr)
		}
	}
}

// blockA returns rows x k of op(a) from (i,l) on, and its strides.
func (g *gemm) blockA(w *scratch, i, l, rows, k int) (a []float32, ars, aks int) {
	a = g.a[i*g.ars+l*g.aks:]
	if !g.packA {
		return a, g.ars, g.aks
	}
	aks = rows + padding
	for p := range k {
		copy(w.a[p*aks:][:rows], a[p*g.aks:])
	}
	return w.a, 1, aks
}

// panelB returns k x cols of op(b) from (l,j) on, and its rows' stride; cols is at
// most a wide tile's.
func (g *gemm) panelB(w *scratch, l, j, k, cols int) (b []float32, bks int) {
	b = g.b[l*g.bks+j*g.bcs:]
	if !g.packB {
		return b, g.bks
	}
	_, nr := g.largest()
	if g.bcs == 1 {
		for p := range k {
			copy(w.b[p*nr:][:cols], b[p*g.bks:])
		}
		return w.b, nr
	}
	done, lanes := 0, g.level.lanes
	if k >= 4 {
		for ; done+lanes <= cols; done += lanes {
			g.level.transpose(k/4, &b[done*g.bcs], g.bcs, &w.b[done], nr)
		}
	}
	for c := range cols {
		first := k &^ 3
		if c >= done {
			first = 0
		}
		for p, x := range b[c*g.bcs:][first:k] {
			w.b[(first+p)*nr+c] = x
		}
	}
	return w.b, nr
}

// grown is a slice of at least n elements: s, if it is large enough.
func grown(s []float32, n int) []float32 {
	if len(s) < n {
		return make([]float32, n)
	}
	return s
}
