package cpu

import "sync/atomic"

// gemm is the matrix product of a device, after Goto & van de Geijn, "Anatomy of
// High-Performance Matrix Multiplication" (2008), and BLIS. Its words and letters are those of
// BLIS:
//
//	        dst                        one part of dst
//	         n                          nr   nr   nr
//	  +------+------+                 +----+----+----+
//	  | part | part |              mr |tile|tile|tile|
//	m +------+------+                 +----+----+----+
//	  | part | part |              mr |tile|tile|tile|
//	  +------+------+                 +----+----+----+
//
//	   a block of a                    a panel of b          a tile of dst
//	        kc                              nr                    nr
//	     +------+                         +----+                +----+
//	  mr |      | a micropanel            |    |             mr |    |
//	     +------+                      kc |    |                +----+
//	  mr |      | a micropanel            |    |
//	     +------+                         +----+
//
// A worker takes one part of dst at a time. For each kc steps along k it takes the block of a
// that has the part's rows, and then one panel of b after the other. A micro-kernel keeps a tile
// of dst in registers, and multiplies a micropanel of a by the panel of b. The panel stays in
// the first-level cache and the block of a in the second-level cache.
//
// An element of dst is the one chain fma(a[k-1],b[k-1], … fma(a[0],b[0],c)). c is 0 or what dst
// held. The blocks, the number of workers, and the other rows and columns do not change it.
// purego rounds each product before it adds it. If b is finite, steps in which a is 0 may be
// left out. At most the sign of a 0 changes by that.
type gemm struct {
	isa     *isa
	pool    *pool
	scratch []scratch                // one for each worker
	part    func(worker, number int) // compute, bound once
	scan    func(worker, part int)   // scanB, bound once

	// The current product. Element (i,l) of op(a) is at i*ars+l*aks, element (l,j) of op(b)
	// at l*bks+j*bcs, and element (i,j) of dst at i*drs+j. One of a's two strides is 1, and
	// one of b's.
	dst, a, b               []float32
	m, n, k                 int
	ars, aks, bks, bcs, drs int
	add                     bool

	rowParts, colParts int // the parts of dst in a column, and in a row
	mrCap              int // most rows of a tile, mr or fewer
	packA, packB       bool
	micropanels        []micropanel // of all parts, from the top of dst
	partStart          []int        // the first micropanel of each row of parts, and their number
	skips              bool         // steps in which a is 0 are left out
	nonFinite          atomic.Bool  // b holds NaN or infinities
}

// micropanel is the rows of a that one tile needs.
type micropanel struct{ first, rows int }

func newGemm(l *isa, p *pool) *gemm {
	g := &gemm{isa: l, pool: p, scratch: make([]scratch, p.size())}
	g.part, g.scan = g.compute, g.scanB
	return g
}

// multiply computes p, which has been checked.
func (g *gemm) multiply(p *Product) {
	g.dst, g.a, g.b, g.m, g.n, g.k = p.Dst, p.A, p.B, p.M, p.N, p.K
	g.ars, g.aks, g.bks, g.bcs, g.drs, g.add = p.LdA, 1, p.LdB, 1, p.LdDst, p.Add
	if p.TA {
		g.ars, g.aks = 1, p.LdA
	}
	if p.TB {
		g.bks, g.bcs = 1, p.LdB
	}
	if p.N == 1 && p.LdDst == 1 {
		// dst is one column, which lies in memory as a row does. The transposed product
		// fills the lanes of a vector.
		g.a, g.b, g.m, g.n = p.B, p.A, 1, p.M
		g.ars, g.aks, g.bks, g.bcs = 1, g.bks, g.aks, g.ars
	}
	if g.skips = g.worthSkipping(); g.skips {
		g.nonFinite.Store(false)
		g.pool.share(g.pool.size(), g.scan)
		g.skips = !g.nonFinite.Load()
	}
	parts := g.split()
	g.cutMicropanels()
	g.reserve()
	g.pool.share(parts, g.part)
	g.dst, g.a, g.b = nil, nil, nil
}

// block is the block of a that a part uses at a time: its micropanels, and k steps from l on.
type block struct {
	a           []float32 // the first micropanel's
	ars, aks    int
	l, k        int
	micropanels []micropanel
}

// compute computes one part of dst.
func (g *gemm) compute(worker, number int) {
	w := &g.scratch[worker]
	_, nr := g.isa.tileSize()
	row, col, panels := number/g.colParts, number%g.colParts, count(g.n, nr)
	first, end := g.partStart[row], g.partStart[row+1]
	j0, j1 := col*panels/g.colParts*nr, min((col+1)*panels/g.colParts*nr, g.n)
	for l := 0; l < g.k; l += kc {
		b := block{l: l, k: min(kc, g.k-l), micropanels: g.micropanels[first:end]}
		b.a, b.ars, b.aks = g.blockA(w, b)
		if g.skips {
			g.listNeeded(&w.needed, b)
		}
		for j := j0; j < j1; j += nr {
			g.panel(w, b, j, min(nr, j1-j))
		}
	}
}

// panel adds to dst the product of a block of a and a panel of b. The panel is the columns
// from j on, nr at most. The panel is read where it lies in b, or it is packed first.
func (g *gemm) panel(w *scratch, x block, j, cols int) {
	mr, nr := g.isa.tileSize()
	b, bks, add := g.b[x.l*g.bks+j*g.bcs:], g.bks, g.add || x.l > 0
	i := 0 // the next micropanel
	switch {
	case g.bcs != 1:
		g.isa.packTransposed(x.k, cols, b, g.bcs, w.b)
		b, bks = w.b, nr
	case g.packB && cols == nr:
		g.isa.packing(x.k, &x.a[0], x.ars, x.aks, &b[0], bks, &g.dst[x.micropanels[0].first*g.drs+j], g.drs, &w.b[0], add)
		b, bks, i = w.b, nr, 1
	}
	for ; i < len(x.micropanels); i++ {
		p := x.micropanels[i]
		a, c := x.a[(p.first-x.micropanels[0].first)*x.ars:], g.dst[p.first*g.drs+j:]
		if g.skips && cols == nr {
			steps, n := w.needed.list(i)
			if *n < x.k {
				g.isa.sparse.tiles[p.rows](*n, &a[0], x.ars, x.aks, &b[0], bks, &c[0], g.drs, &steps[0], add)
				continue
			}
		}
		// Micropanels of few rows that need all steps share a tile.
		for g.skips && i+1 < len(x.micropanels) && p.rows+x.micropanels[i+1].rows <= mr && w.needed.counts[i+1] == x.k {
			i++
			p.rows += x.micropanels[i].rows
		}
		g.isa.tile(x.k, a, x.ars, x.aks, b, bks, c, g.drs, p.rows, cols, add)
	}
}

// tile adds to one tile of a matrix c, whose rows are cs elements apart. At the edge of c it has
// fewer than nr columns.
func (l *isa) tile(k int, a []float32, ars, aks int, b []float32, bks int, c []float32, cs, rows, cols int, add bool) {
	half := l.lanes
	if cols == 2*half {
		l.wide[rows](k, &a[0], ars, aks, &b[0], bks, &c[0], cs, cols, add)
		return
	}
	narrow := l.narrow[rows]
	narrow(k, &a[0], ars, aks, &b[0], bks, &c[0], cs, min(cols, half), add)
	if cols > half {
		narrow(k, &a[0], ars, aks, &b[half], bks, &c[half], cs, cols-half, add)
	}
}
