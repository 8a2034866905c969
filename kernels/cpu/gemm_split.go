package cpu

// What is read again and again shall stay in a core's second-level cache: most bounds
// how far a block goes along k and the columns of a wide part, block the elements of
// a block of a, 512 KiB. Longer is better for dst, which each block reads and writes.
const (
	kc   = 512           // steps along k of a block of a
	nc   = 512           // columns of a part
	mc   = 512           // rows of a part
	mckc = 512 * 512 / 2 // elements of a block of a that is not packed
)

const (
	// Parts are taken one at a time: some more than workers even out who comes late.
	partsPerWorker = 4
	// About a microsecond of work, in the unit of cost; what sharing it must save.
	partCost = 1 << 17
	// Each row of parts packs b anew: so many rows pay for that.
	packingRows = 64
)

// Rows a multiple of 4 KiB apart lie in one set of a first-level cache, which holds 8
// lines or more, and in few sets of the second level; 2 KiB apart, in twice as many.
const (
	setStride = 1024
	ways      = 8
)

// largest is the size of the largest tile.
func (g *gemm) tileSize() (rows, cols int) { return len(g.isa.wide) - 1, 2 * g.isa.lanes }

// split chooses what to pack and the parts of dst, and returns their number.
func (g *gemm) split() int {
	mr, nr := g.tileSize()
	// Multiplications, and what moving an element costs besides.
	cost := g.m*g.n*g.k + 16*(g.m*g.k+g.k*g.n+g.m*g.n)
	want := min(partsPerWorker*g.pool.size(), cost/partCost)

	// A tile reads a line of each of its rows of a for many steps.
	g.mrCap = mr
	if g.ars%setStride == 0 {
		g.mrCap = min(mr, ways)
	}
	if g.skips {
		g.mrCap = min(g.mrCap, len(g.isa.sparse.tiles)-1)
	}
	g.packA = g.aks%setStride == 0
	if g.packA || g.k < 8 {
		// Wide parts: a block of a is packed for each, or it is all about writing dst.
		g.colParts = count(g.n, nc)
		g.rowParts = max(count(g.m, mc), min(want/g.colParts, g.m/mr))
	} else {
		// High parts, for a panel of b is packed for each.
		g.rowParts = count(g.m*min(g.k, kc), mckc)
		g.colParts = max(1, min(want/g.rowParts, count(g.n, nr)))
		if g.colParts < g.pool.size() {
			g.rowParts = max(g.rowParts, min(want/g.colParts, g.m/packingRows))
		}
	}
	if g.skips && g.bcs == 1 && !g.packA {
		// Each part looks for what it may skip: more of them down, fewer across.
		g.rowParts = max(g.rowParts, min(want, g.m/(2*mr)))
		g.colParts = max(1, min(g.colParts, want/g.rowParts))
	}
	g.packB = g.bcs != 1 || g.bks%(setStride/2) == 0 && g.m/g.rowParts >= packingRows
	return g.colParts * g.rowParts
}

// cut lays out the micropanels of all parts, those of a part of about the same height but for
// the first where it packs.
func (g *gemm) cutMicropanels() {
	mr, _ := g.tileSize()
	g.micropanels, g.partStart = g.micropanels[:0], g.partStart[:0]
	for row := range g.rowParts {
		first, end := row*g.m/g.rowParts, (row+1)*g.m/g.rowParts
		g.partStart = append(g.partStart, len(g.micropanels))
		if g.packB && g.bcs == 1 {
			g.micropanels = append(g.micropanels, micropanel{first, mr})
			first += mr
		}
		rest := end - first
		panels := count(rest, g.mrCap)
		for i := range panels {
			at, next := first+i*rest/panels, first+(i+1)*rest/panels
			g.micropanels = append(g.micropanels, micropanel{at, next - at})
		}
	}
	g.partStart = append(g.partStart, len(g.micropanels))
}

// count is the number of parts of the given size that cover n.
func count(n, size int) int { return (n + size - 1) / size }
