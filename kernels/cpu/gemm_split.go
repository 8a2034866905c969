package cpu

// The sizes of blocks. A block of a is read again for each panel of b, so it must stay in a
// core's second-level cache. A longer kc is better for dst, which is read and written once for
// each block.
const (
	kc   = 512           // steps along k of a block
	mckc = 512 * 512 / 2 // elements of a block, 512 KiB
	// The part of dst if each part packs its block of a.
	mc = 512 // rows, at most
	nc = 512 // columns, at most
)

const (
	// The workers take one part at a time. A few parts for each worker even out the time if
	// one starts late.
	partsPerWorker = 4
	// A part is worth sharing if it takes about a microsecond. This is that time in the unit
	// of cost.
	partCost = 1 << 17
	// Each row of parts packs b again. That pays if a part has so many rows.
	packingRows = 64
)

// A first-level cache has sets of 8 lines or more. Rows that are a multiple of 4 KiB apart lie
// in one of its sets, and in few sets of the second-level cache. Rows that are 2 KiB apart lie
// in twice as many.
const (
	setStride = 1024 // elements of 4 KiB
	ways      = 8    // lines of a set
)

// split chooses the parts of dst, and whether to pack a and b. It returns the number of parts.
func (g *gemm) split() int {
	mr, nr := g.isa.tileSize()
	// The cost is the number of multiplications, and 16 for each element that is moved.
	cost := g.m*g.n*g.k + 16*(g.m*g.k+g.k*g.n+g.m*g.n)
	want := min(partsPerWorker*g.pool.size(), cost/partCost)

	// A tile reads one cache line of each of its rows of a for many steps. The lines must all
	// stay in the cache.
	g.mrCap = mr
	if g.ars%setStride == 0 {
		g.mrCap = min(mr, ways)
	}
	if g.skips {
		g.mrCap = min(g.mrCap, len(g.isa.sparse.tiles)-1)
	}
	g.packA = g.aks%setStride == 0
	if g.packA || g.k < 8 {
		// The parts are wide. Each packs its block of a, or most of the work is to write dst.
		g.colParts = count(g.n, nc)
		g.rowParts = max(count(g.m, mc), min(want/g.colParts, g.m/mr))
	} else {
		// The parts have many rows, because each packs the panels of b.
		g.rowParts = count(g.m*min(g.k, kc), mckc)
		g.colParts = max(1, min(want/g.rowParts, count(g.n, nr)))
		if g.colParts < g.pool.size() {
			g.rowParts = max(g.rowParts, min(want/g.colParts, g.m/packingRows))
		}
	}
	if g.skips && g.bcs == 1 && !g.packA {
		// Each part finds the steps that it may skip in its rows. So there are more parts in a
		// column and fewer in a row.
		g.rowParts = max(g.rowParts, min(want, g.m/(2*mr)))
		g.colParts = max(1, min(g.colParts, want/g.rowParts))
	}
	g.packB = g.bcs != 1 || g.bks%(setStride/2) == 0 && g.m/g.rowParts >= packingRows
	return g.colParts * g.rowParts
}

// cutMicropanels divides the rows of each part into micropanels of about the same number of
// rows. If the part packs b as it multiplies, its first micropanel has mr rows.
func (g *gemm) cutMicropanels() {
	mr, _ := g.isa.tileSize()
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

// count returns the number of pieces of the given size that cover n.
func count(n, size int) int { return (n + size - 1) / size }
