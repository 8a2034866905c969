package cpu

// scratch is what one worker packs into, and what it notes.
type scratch struct {
	a, b   []float32
	needed needed
}

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
			w.a = grown(w.a, k*(count(g.m, g.down)+padding))
		}
		if g.packB {
			w.b = grown(w.b, k*nr)
		}
		if g.skips {
			w.needed.reserve(count(len(g.bands), g.down) + 1)
		}
	}
}

// blockA returns the slab x of op(a), and its strides.
func (g *gemm) blockA(w *scratch, x slab) (a []float32, ars, aks int) {
	first, last := x.bands[0].first, x.bands[len(x.bands)-1]
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

// transpose packs k x cols of op(b), whose columns lie in memory as rows do.
func (g *gemm) transpose(k, cols int, b, packed []float32) {
	_, nr := g.largest()
	done, lanes := 0, g.level.lanes
	if k >= 4 {
		for ; done+lanes <= cols; done += lanes {
			g.level.transpose(k/4, &b[done*g.bcs], g.bcs, &packed[done], nr)
		}
	}
	for c := range cols {
		first := k &^ 3
		if c >= done {
			first = 0
		}
		for p, x := range b[c*g.bcs:][first:k] {
			packed[(first+p)*nr+c] = x
		}
	}
}

// grown is a slice of at least n elements: s, if it is large enough.
func grown(s []float32, n int) []float32 {
	if len(s) < n {
		return make([]float32, n)
	}
	return s
}
