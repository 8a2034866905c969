package kernels

// sparse is how a level multiplies an a with many zeros. A batch of images is one: four
// fifths of MNIST's pixels are black, and half are in all of eight images.
type sparse struct {
	tiles []skippingKernel // by the number of rows
	// along and across list the steps of a tile in which not all rows of a are 0, each as
	// how far it is from the one before, and return their number. along is for steps side
	// by side in memory and rows ars apart, across the other way round.
	along  func(rows, k int, a *float32, ars int, steps *uint32) int
	across func(rows, k int, a *float32, aks int, steps *uint32) int
	finite func(k int, b *float32, bks int) bool // whether a panel of b is
}

// skippingKernel is a wide tile's microKernel for k steps out of more.
type skippingKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, steps *uint32, add bool)

// needed is the steps that the bands of a product cannot leave out, block by block.
type needed struct {
	lists  []uint32
	counts []int
	blocks int // of a band
}

// Lists have room for one step more than a block's.
const listed = most + 1

func (n *needed) reserve(bands, k int) {
	n.blocks = count(k, most)
	if lists := bands * n.blocks; len(n.counts) < lists {
		n.lists, n.counts = make([]uint32, lists*listed), make([]int, lists)
	}
}

// steps are those of a band in the block of k that begins at l.
func (n *needed) steps(band, l int) []uint32 {
	at := band*n.blocks + l/most
	return n.lists[at*listed:][:n.counts[at]]
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

// list notes which steps a band needs.
func (g *gemm) list(_, number int) {
	b, s := g.bands[number], g.level.sparse
	for l := 0; l < g.k; l += most {
		k, at := min(most, g.k-l), number*g.needed.blocks+l/most
		steps, a := &g.needed.lists[at*listed], &g.a[b.first*g.ars+l*g.aks]
		var n int
		switch {
		case b.rows >= len(s.tiles): // a packing tile, which needs all
			n = k
		case g.aks == 1:
			n = s.along(b.rows, k, a, g.ars, steps)
		default:
			n = s.across(b.rows, k, a, g.aks, steps)
		}
		if n == 0 { // a tile takes a step at least
			*steps, n = 0, 1
		}
		g.needed.counts[at] = n
	}
}
