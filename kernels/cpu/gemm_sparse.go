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
	samples     = 32
	enoughZeros = samples / 8
)

// sparse guesses whether skipping steps pays, from samples at a few micropanels' rows of a.
func (g *gemm) worthSkipping() bool {
	_, nr := g.tileSize()
	if g.isa.sparse == nil || g.n < 4*nr || g.k < samples || g.m < 2*samples {
		return false
	}
	b, zeros := micropanel{rows: len(g.isa.sparse.tiles) - 1}, 0
	for i := range samples {
		// Down the rows evenly, and along the steps by the golden ratio.
		b.first = i * (g.m - b.rows) / (samples - 1)
		if g.zeroStep(b, i*(g.k*5/8|1)%g.k) {
			zeros++
		}
	}
	return zeros >= enoughZeros
}

// black tells whether all rows of a micropanel are 0 in a step.
func (g *gemm) zeroStep(b micropanel, l int) bool {
	at := b.first*g.ars + l*g.aks
	for range b.rows {
		if g.a[at] != 0 {
			return false
		}
		at += g.ars
	}
	return true
}

// finite samples at all of b: what a step that is left out would multiply by 0 must be.
func (g *gemm) scanB(_, part int) {
	rows, cols, ld := g.k, g.n, g.bks
	if g.bcs != 1 {
		rows, cols, ld = g.n, g.k, g.bcs
	}
	for i := part * rows / g.pool.size(); i < (part+1)*rows/g.pool.size(); i++ {
		if g.isa.sparse.notFinite(cols, &g.b[i*ld]) {
			g.nonFinite.Store(true)
			return
		}
	}
}

// needed is the steps of a block along k that the micropanels of a part cannot leave out.
type needed struct {
	lists  []uint32
	counts []int
}

// Lists have room for one step more than a block's.
const listLen = kc + 1

func (n *needed) reserve(micropanels int) {
	if len(n.counts) < micropanels {
		n.lists, n.counts = make([]uint32, micropanels*listLen), make([]int, micropanels)
	}
}

// of is the list of a part's ith micropanel, and how long it is: the block's steps, if it needs
// all, and then the list need not hold them.
func (n *needed) list(i int) (list []uint32, count *int) {
	return n.lists[i*listLen:][:listLen], &n.counts[i]
}

// Steps that are looked at in one micropanel after the other: where they lie pages apart, about
// as many pages as a core keeps track of.
const stepsAtOnce = 128

// look lists what the micropanels of a block need.
func (g *gemm) listNeeded(needs *needed, x block) {
	for l := 0; l < x.k; l += stepsAtOnce {
		for i, b := range x.micropanels {
			list, n := needs.list(i)
			if l == 0 {
				*n = 0
			}
			k := min(stepsAtOnce, x.k-l)
			switch dense := g.needsAll(b, x.l+l, k); {
			case dense && *n == l:
				*n += k
			case dense:
				*n += listAll(list[*n:], l, k)
			default:
				if *n == l {
					listAll(list, 0, l)
				}
				*n += g.listSome(b, x, l, k, list[*n:])
			}
		}
	}
	for i := range x.micropanels {
		if list, n := needs.list(i); *n == 0 { // a tile takes a step at least
			list[0], *n = 0, 1
		}
	}
}

// dense tells whether a micropanel needs all k steps from l on, as far as a few tell, or must
// take them, for a packing tile does.
func (g *gemm) needsAll(b micropanel, l, k int) bool {
	if b.rows >= len(g.isa.sparse.tiles) {
		return true
	}
	for i := range 8 {
		if g.zeroStep(b, l+i*(k-1)/7) {
			return false
		}
	}
	return true
}

// all lists k steps from first on.
func listAll(list []uint32, first, k int) int {
	for i := range list[:k] {
		list[i] = uint32(first + i)
	}
	return k
}

// list lists which of k steps from l on in the block a micropanel needs.
func (g *gemm) listSome(b micropanel, x block, l, k int, list []uint32) int {
	a := &g.a[b.first*g.ars+(x.l+l)*g.aks]
	if g.aks == 1 {
		return g.isa.sparse.along(b.rows, l, k, a, g.ars, &list[0])
	}
	return g.isa.sparse.across(b.rows, l, k, a, g.aks, &list[0])
}
