package kernels

// sparse is how a level multiplies an a with many zeros. A batch of images is one: four
// fifths of MNIST's pixels are black, and half are in all of eight images.
type sparse struct {
	tiles []skippingKernel // by the number of rows
	// along and across list the steps, k of them counted from first, in which a row of a
	// tile's part of a is not 0, and return their number. along is for steps side by side
	// in memory and rows ars apart, across the other way round.
	along  func(rows, first, k int, a *float32, ars int, steps *uint32) int
	across func(rows, first, k int, a *float32, aks int, steps *uint32) int
	finite func(k int, b *float32, bks int) bool // whether a panel of b is
}

// skippingKernel is a wide tile's microKernel for k steps out of more.
type skippingKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, steps *uint32, add bool)

// needed is the steps that the bands of a product cannot leave out, in each block along k
// counted from 0.
type needed struct {
	lists  []uint32
	counts []int
	blocks int
}

// Lists have room for one step more than a block's.
const listed = most + 1

func (n *needed) reserve(bands, k int) {
	n.blocks = count(k, most)
	if lists := bands * n.blocks; len(n.counts) < lists {
		n.lists, n.counts = make([]uint32, lists*listed), make([]int, lists)
	}
}

// of is a band's list in one block, and how long it is.
func (n *needed) of(band, block int) (list []uint32, count *int) {
	at := band*n.blocks + block
	return n.lists[at*listed:][:listed], &n.counts[at]
}

const (
	looks     = 32
	worthSkip = looks / 8
)

// sparse guesses whether skipping steps pays, from looks at a few tiles' rows.
func (g *gemm) sparse() bool {
	_, nr := g.largest()
	if g.level.sparse == nil || g.n < 4*nr || g.k < looks || g.m < 2*looks {
		return false
	}
	high, zeros := len(g.level.sparse.tiles)-1, 0
	for i := range looks {
		// Down the rows evenly, and along the steps by the golden ratio.
		at, rows := i*(g.m-high)/(looks-1)*g.ars+i*(g.k*5/8|1)%g.k*g.aks, 0
		for rows < high && g.a[at+rows*g.ars] == 0 {
			rows++
		}
		if rows == high {
			zeros++
		}
	}
	return zeros >= worthSkip
}

const (
	// Steps that are looked at in one band after the other: where they lie pages apart, no
	// more pages than a core keeps track of.
	together = 64
	// Parts in which the bands of a block are looked at.
	looking = 8
)

// list notes which steps some bands need in one block along k.
func (g *gemm) list(_, number int) {
	block, part := number/looking, number%looking
	start, end := block*most, min((block+1)*most, g.k)
	from, to := part*len(g.bands)/looking, (part+1)*len(g.bands)/looking
	for l := start; l < end; l += together {
		for i, b := range g.bands[from:to] {
			list, n := g.needed.of(from+i, block)
			if l == start {
				*n = 0
			}
			*n += g.look(b, l-start, min(together, end-l), &g.a[b.first*g.ars+l*g.aks], list[*n:])
		}
	}
	for i := from; i < to; i++ {
		if list, n := g.needed.of(i, block); *n == 0 { // a tile takes a step at least
			list[0], *n = 0, 1
		}
	}
}

// look lists which of k steps, counted from first, a band needs, and returns how many.
func (g *gemm) look(b band, first, k int, a *float32, list []uint32) int {
	s := g.level.sparse
	switch {
	case b.rows >= len(s.tiles): // a packing tile, which needs all
		return k
	case g.aks == 1:
		return s.along(b.rows, first, k, a, g.ars, &list[0])
	}
	return s.across(b.rows, first, k, a, g.aks, &list[0])
}
