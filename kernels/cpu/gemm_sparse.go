package cpu

// sparse is the code that multiplies an a with many zeros. A batch of images is such an a: four
// fifths of the pixels of MNIST are black, and half are black in all of seven images. A tile
// skips the steps in which all its rows of a are 0.
type sparse struct {
	tiles []skippingKernel // by the number of rows
	// along and across list the steps in which not all rows of a micropanel are 0, and return
	// their number. They look at k steps and number them from first on. along is for an a
	// whose steps are side by side in memory and whose rows are ars apart. across is for an a
	// whose rows are side by side and whose steps are aks apart.
	along     func(rows, first, k int, a *float32, ars int, steps *uint32) int
	across    func(rows, first, k int, a *float32, aks int, steps *uint32) int
	notFinite func(n int, x *float32) bool // reports whether one of n values is NaN or infinite
}

// skippingKernel is a wide tile's microKernel that takes only the k steps listed in steps.
type skippingKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, steps *uint32, add bool)

const (
	samples     = 32          // steps of micropanels that worthSkipping looks at
	enoughZeros = samples / 8 // how many of them must be 0
)

// worthSkipping guesses from a few samples of a whether it pays to skip steps.
func (g *gemm) worthSkipping() bool {
	_, nr := g.isa.tileSize()
	if g.isa.sparse == nil || g.n < 4*nr || g.k < samples || g.m < 2*samples {
		return false
	}
	b, zeros := micropanel{rows: len(g.isa.sparse.tiles) - 1}, 0
	for i := range samples {
		// The samples are spread evenly over the rows, and by the golden ratio over the steps.
		b.first = i * (g.m - b.rows) / (samples - 1)
		if g.zeroStep(b, i*(g.k*5/8|1)%g.k) {
			zeros++
		}
	}
	return zeros >= enoughZeros
}

// zeroStep reports whether all rows of a micropanel are 0 in a step.
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

// scanB looks for NaN and infinities in one part of b. A step may only be left out if b is
// finite, because 0·NaN and 0·Inf are NaN.
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

// needed lists, for each micropanel of a part, the steps of the block that cannot be left out.
type needed struct {
	lists  []uint32
	counts []int
}

// listLen is the length of a list. It has room for one step more than a block has.
const listLen = kc + 1

func (n *needed) reserve(micropanels int) {
	if len(n.counts) < micropanels {
		n.lists, n.counts = make([]uint32, micropanels*listLen), make([]int, micropanels)
	}
}

// list returns the list of a part's micropanel i, and its count. If all steps of the block are
// needed, the count is their number, and the list need not hold them.
func (n *needed) list(i int) (list []uint32, count *int) {
	return n.lists[i*listLen:][:listLen], &n.counts[i]
}

// stepsAtOnce is the number of steps that are looked at in one micropanel before the next. If
// the steps lie pages apart, this is about the number of pages that a core keeps track of.
const stepsAtOnce = 128

// listNeeded lists the steps that the micropanels of a block need.
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
		if list, n := needs.list(i); *n == 0 { // a tile takes at least one step
			list[0], *n = 0, 1
		}
	}
}

// needsAll guesses from 8 of the k steps from l on whether a micropanel needs all of them. A
// micropanel with too many rows for a skippingKernel always takes all.
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

// listAll lists k steps from first on, and returns k.
func listAll(list []uint32, first, k int) int {
	for i := range list[:k] {
		list[i] = uint32(first + i)
	}
	return k
}

// listSome lists the steps that a micropanel needs, out of k steps of the block from l on. It
// returns their number.
func (g *gemm) listSome(b micropanel, x block, l, k int, list []uint32) int {
	a := &g.a[b.first*g.ars+(x.l+l)*g.aks]
	if g.aks == 1 {
		return g.isa.sparse.along(b.rows, l, k, a, g.ars, &list[0])
	}
	return g.isa.sparse.across(b.rows, l, k, a, g.aks, &list[0])
}
