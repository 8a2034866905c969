package kernels

// most bounds the rows of a block of a, the columns of a block of b, and how far
// both go along k, so that what is read again and again stays in a core's
// second-level cache. Longer is better for dst, which each block reads and writes.
const most = 512

const (
	// Parts are taken one at a time: some more than workers even out who comes late.
	partsAWorker = 4
	// About a microsecond of work, in the unit of cost; what sharing it must save.
	worthAPart = 1 << 17
	// Each row of parts packs b anew: 64 rows pay for that.
	worthPacking = 64
)

// largest is the size of the largest tile.
func (g *gemm) largest() (rows, cols int) { return len(g.level.wide) - 1, 2 * g.level.lanes }

// split chooses what to pack and the parts of dst, and returns their number.
func (g *gemm) split() int {
	mr, nr := g.largest()
	// Multiplications, and what moving an element costs besides.
	cost := g.m*g.n*g.k + 16*(g.m*g.k+g.k*g.n+g.m*g.n)
	want := min(partsAWorker*g.pool.size(), cost/worthAPart)

	// Rows a multiple of 2 KiB apart fall on few sets of the caches, and long ones
	// each on another page of memory: then a copy is quicker to read.
	g.packA = g.aks >= 512
	g.packB = g.bcs != 1 || g.bks%512 == 0 && g.m >= worthPacking
	if g.packA || g.k < 8 {
		// Wide parts: a block of a is packed for each, or it is all about writing dst.
		g.cols = min(g.n, most)
		g.rows = min(chunk(g.m, want/count(g.n, g.cols), mr), most)
	} else {
		// High parts, for a panel of b is packed for each.
		g.rows = min(g.m, most)
		g.cols = chunk(g.n, want/count(g.m, g.rows), nr)
		if across := count(g.n, g.cols); across < g.pool.size() {
			g.rows = min(g.rows, max(chunk(g.m, want/across, mr), worthPacking))
		}
	}
	g.across = count(g.n, g.cols)
	return g.across * count(g.m, g.rows)
}

// count is the number of parts of the given size that cover n.
func count(n, size int) int { return (n + size - 1) / size }

// chunk is the size, in whole units, that cuts n into about so many parts.
func chunk(n, parts, unit int) int {
	return max(n/max(parts, 1)/unit, 1) * unit
}
