package cpu

// sparse is how a level multiplies an a with many zeros. A batch of images is one: four
// fifths of MNIST's pixels are black, and half are in all of seven images.
type sparse struct {
	tiles []skippingKernel // by the number of rows
	// along and across list the steps, k of them counted from first, in which a row of a
	// tile's part of a is not 0, and return their number. along is for steps side by side
	// in memory and rows ars apart, across the other way round.
	along     func(rows, first, k int, a *float32, ars int, steps *uint32) int
	across    func(rows, first, k int, a *float32, aks int, steps *uint32) int
	notFinite func(n int, x *float32) bool // tells whether one of n values is NaN or infinite
}

// skippingKernel is a wide tile's microKernel for k steps out of more.
type skippingKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, steps *uint32, add bool)

const (
	looks     = 32
	worthSkip = looks / 8
)

// sparse guesses whether skipping steps pays, from looks at a few bands' rows of a.
func (g *gemm) sparse() bool {
	_, nr := g.largest()
	if g.level.sparse == nil || g.n < 4*nr || g.k < looks || g.m < 2*looks {
		return false
	}
	b, zeros := band{rows: len(g.level.sparse.tiles) - 1}, 0
	for i := range looks {
		// Down the rows evenly, and along the steps by the golden ratio.
		b.first = i * (g.m - b.rows) / (looks - 1)
		if g.black(b, i*(g.k*5/8|1)%g.k) {
			zeros++
		}
	}
	return zeros >= worthSkip
}

// black tells whether all rows of a band are 0 in a step.
func (g *gemm) black(b band, l int) bool {
	at := b.first*g.ars + l*g.aks
	for range b.rows {
		if g.a[at] != 0 {
			return false
		}
		at += g.ars
	}
	return true
}

// finite looks at all of b: what a step that is left out would multiply by 0 must be.
func (g *gemm) finite(_, part int) {
	rows, cols, ld := g.k, g.n, g.bks
	if g.bcs != 1 {
		rows, cols, ld = g.n, g.k, g.bcs
	}
	for i := part * rows / g.pool.size(); i < (part+1)*rows/g.pool.size(); i++ {
		if g.level.sparse.notFinite(cols, &g.b[i*ld]) {
			g.unskippable.Store(true)
			return
		}
	}
}

// needed is the steps of a block along k that the bands of a part cannot leave out.
type needed struct {
	lists  []uint32
	counts []int
}

// Lists have room for one step more than a block's.
const listed = most + 1

func (n *needed) reserve(bands int) {
	if len(n.counts) < bands {
		n.lists, n.counts = make([]uint32, bands*listed), make([]int, bands)
	}
}

// of is the list of a part's ith band, and how long it is: the block's steps, if it needs
// all, and then the list need not hold them.
func (n *needed) of(i int) (list []uint32, count *int) {
	return n.lists[i*listed:][:listed], &n.counts[i]
}

// Steps that are looked at in one band after the other: where they lie pages apart, about
// as many pages as a core keeps track of.
const together = 128

// look lists what the bands of a slab need.
func (g *gemm) look(needs *needed, x slab) {
	for l := 0; l < x.k; l += together {
		for i, b := range x.bands {
			list, n := needs.of(i)
			if l == 0 {
				*n = 0
			}
			k := min(together, x.k-l)
			switch dense := g.dense(b, x.l+l, k); {
			case dense && *n == l:
				*n += k
			case dense:
				*n += all(list[*n:], l, k)
			default:
				if *n == l {
					all(list, 0, l)
				}
				*n += g.list(b, x, l, k, list[*n:])
			}
		}
	}
	for i := range x.bands {
		if list, n := needs.of(i); *n == 0 { // a tile takes a step at least
			list[0], *n = 0, 1
		}
	}
}

// dense tells whether a band needs all k steps from l on, as far as a few tell, or must
// take them, for a packing tile does.
func (g *gemm) dense(b band, l, k int) bool {
	if b.rows >= len(g.level.sparse.tiles) {
		return true
	}
	for i := range 8 {
		if g.black(b, l+i*(k-1)/7) {
			return false
		}
	}
	return true
}

// all lists k steps from first on.
func all(list []uint32, first, k int) int {
	for i := range list[:k] {
		list[i] = uint32(first + i)
	}
	return k
}

// list lists which of k steps from l on in the slab a band needs.
func (g *gemm) list(b band, x slab, l, k int, list []uint32) int {
	a := &g.a[b.first*g.ars+(x.l+l)*g.aks]
	if g.aks == 1 {
		return g.level.sparse.along(b.rows, l, k, a, g.ars, &list[0])
	}
	return g.level.sparse.across(b.rows, l, k, a, g.aks, &list[0])
}
