package cpu

// What is read again and again shall stay in a core's second-level cache: most bounds
// how far a block goes along k and the columns of a wide part, block the elements of
// a block of a, 512 KiB. Longer is better for dst, which each block reads and writes.
const (
	most  = 512
	block = most * most / 2
)

const (
	// Parts are taken one at a time: some more than workers even out who comes late.
	partsAWorker = 4
	// About a microsecond of work, in the unit of cost; what sharing it must save.
	worthAPart = 1 << 17
	// Each row of parts packs b anew: so many rows pay for that.
	worthPacking = 64
)

// Rows a multiple of 4 KiB apart lie in one set of a first-level cache, which holds 8
// lines or more, and in few sets of the second level; 2 KiB apart, in twice as many.
const (
	oneSet     = 1024
	linesOfSet = 8
)

// largest is the size of the largest tile.
func (g *gemm) largest() (rows, cols int) { return len(g.level.wide) - 1, 2 * g.level.lanes }

// split chooses what to pack and the parts of dst, and returns their number.
func (g *gemm) split() int {
	mr, nr := g.largest()
	// Multiplications, and what moving an element costs besides.
	cost := g.m*g.n*g.k + 16*(g.m*g.k+g.k*g.n+g.m*g.n)
	want := min(partsAWorker*g.pool.size(), cost/worthAPart)

	// A tile reads a line of each of its rows of a for many steps.
	g.high = mr
	if g.ars%oneSet == 0 {
		g.high = min(mr, linesOfSet)
	}
	if g.skips {
		g.high = min(g.high, len(g.level.sparse.tiles)-1)
	}
	g.packA = g.aks%oneSet == 0
	if g.packA || g.k < 8 {
		// Wide parts: a block of a is packed for each, or it is all about writing dst.
		g.across = count(g.n, most)
		g.down = max(count(g.m, most), min(want/g.across, g.m/mr))
	} else {
		// High parts, for a panel of b is packed for each.
		g.down = count(g.m*min(g.k, most), block)
		g.across = max(1, min(want/g.down, count(g.n, nr)))
		if g.across < g.pool.size() {
			g.down = max(g.down, min(want/g.across, g.m/worthPacking))
		}
	}
	if g.skips && g.bcs == 1 && !g.packA {
		// Each part looks for what it may skip: more of them down, fewer across.
		g.down = max(g.down, min(want, g.m/(2*mr)))
		g.across = max(1, min(g.across, want/g.down))
	}
	g.packB = g.bcs != 1 || g.bks%(oneSet/2) == 0 && g.m/g.down >= worthPacking
	return g.across * g.down
}

// cut lays out the bands of all parts, those of a part of about the same height but for
// the first where it packs.
func (g *gemm) cut() {
	mr, _ := g.largest()
	g.bands, g.firstBands = g.bands[:0], g.firstBands[:0]
	for down := range g.down {
		first, end := down*g.m/g.down, (down+1)*g.m/g.down
		g.firstBands = append(g.firstBands, len(g.bands))
		if g.packB && g.bcs == 1 {
			g.bands = append(g.bands, band{first, mr})
			first += mr
		}
		rest := end - first
		bands := count(rest, g.high)
		for i := range bands {
			at, next := first+i*rest/bands, first+(i+1)*rest/bands
			g.bands = append(g.bands, band{at, next - at})
		}
	}
	g.firstBands = append(g.firstBands, len(g.bands))
}

// count is the number of parts of the given size that cover n.
func count(n, size int) int { return (n + size - 1) / size }
