package cpu

import (
	"sync/atomic"

	"gorgan/kernels"
)

// level is a way to compute with the instructions a processor may have.
type level struct {
	name         string
	lanes        int           // columns of a narrow tile; a wide one has twice as many
	wide, narrow []microKernel // by the number of rows
	packing      packingKernel // of the largest wide tile
	sparse       *sparse       // nil for none
	// transpose writes the first 4n columns of lanes rows of src as rows of dst.
	transpose func(n int, src *float32, sstride int, dst *float32, dstride int)
	bodies    map[string]kernels.Body // of the kernels that have a better one than F32, by their names
}

// microKernel adds a product over k to a tile of dst, n columns wide, starting from
// what dst holds if add is set and from 0 if not. The strides, in elements, are
// those between a's rows and columns, b's rows and dst's rows.
type microKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, n int, add bool)

// packingKernel is a wide tile's microKernel that also copies the rows of b it reads to
// packed, one after the other.
type packingKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, packed *float32, add bool)

// gemm is a device's matrix product, after Goto & van de Geijn, "Anatomy of
// High-Performance Matrix Multiplication" (2008), and BLIS: tiles of dst stay in
// registers, panels of b and blocks of a in the caches.
//
// An element of dst is the one chain fma(a[k-1],b[k-1], … fma(a[0],b[0],c)), where c
// is 0 or what dst held, whatever the blocks, the number of workers, and the other
// rows and columns; purego rounds each product before it adds it. Steps in which a is 0
// may be left out where b is finite: that changes nothing but perhaps the sign of a 0.
type gemm struct {
	level *level
	pool  *pool
	room  []scratch                // one a worker
	part  func(worker, number int) // compute, bound once
	scan  func(worker, part int)   // finite, bound once

	// The product under way. Element (i,l) of op(a) is at i*ars+l*aks, (l,j) of
	// op(b) at l*bks+j*bcs, (i,j) of dst at i*drs+j. One of a's strides is 1, and one
	// of b's.
	dst, a, b               []float32
	m, n, k                 int
	ars, aks, bks, bcs, drs int
	add                     bool

	down, across int // parts one below the other, and side by side
	high         int // rows of a tile, at most
	packA, packB bool
	bands        []band      // of all parts, from the top
	firstBands   []int       // of each row of parts, and the end
	skips        bool        // steps in which a is 0
	unskippable  atomic.Bool // b is not finite
}

// band is the rows of one tile.
type band struct{ first, rows int }

func newGemm(l *level, p *pool) *gemm {
	g := &gemm{level: l, pool: p, room: make([]scratch, p.size())}
	g.part, g.scan = g.compute, g.finite
	return g
}

// multiply does p, which has been checked.
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
		// A column lies in memory as a row does, and the transposed product fills
		// the lanes.
		g.a, g.b, g.m, g.n = p.B, p.A, 1, p.M
		g.ars, g.aks, g.bks, g.bcs = 1, g.bks, g.aks, g.ars
	}
	if g.skips = g.sparse(); g.skips {
		g.unskippable.Store(false)
		g.pool.share(g.pool.size(), g.scan)
		g.skips = !g.unskippable.Load()
	}
	parts := g.split()
	g.cut()
	g.reserve()
	g.pool.share(parts, g.part)
	g.dst, g.a, g.b = nil, nil, nil
}

// slab is what a part takes of a at a time: its bands, and k steps from l on.
type slab struct {
	a        []float32 // the first band's
	ars, aks int
	l, k     int
	bands    []band
}

// compute is one part of dst.
func (g *gemm) compute(worker, number int) {
	w := &g.room[worker]
	_, nr := g.largest()
	down, across, panels := number/g.across, number%g.across, count(g.n, nr)
	first, end := g.firstBands[down], g.firstBands[down+1]
	j0, j1 := across*panels/g.across*nr, min((across+1)*panels/g.across*nr, g.n)
	for l := 0; l < g.k; l += most {
		b := slab{l: l, k: min(most, g.k-l), bands: g.bands[first:end]}
		b.a, b.ars, b.aks = g.blockA(w, b)
		if g.skips {
			g.look(&w.needed, b)
		}
		for j := j0; j < j1; j += nr {
			g.panel(w, b, j, min(nr, j1-j))
		}
	}
}

// panel adds the product of a slab of a and a panel of b, the columns from j on, a wide
// tile's at most. b is read where it lies, or once to be packed.
func (g *gemm) panel(w *scratch, x slab, j, cols int) {
	mr, nr := g.largest()
	b, bks, add := g.b[x.l*g.bks+j*g.bcs:], g.bks, g.add || x.l > 0
	i := 0 // the next band
	switch {
	case g.bcs != 1:
		g.transpose(x.k, cols, b, w.b)
		b, bks = w.b, nr
	case g.packB && cols == nr:
		g.level.packing(x.k, &x.a[0], x.ars, x.aks, &b[0], bks, &g.dst[x.bands[0].first*g.drs+j], g.drs, &w.b[0], add)
		b, bks, i = w.b, nr, 1
	}
	for ; i < len(x.bands); i++ {
		band := x.bands[i]
		a, c := x.a[(band.first-x.bands[0].first)*x.ars:], g.dst[band.first*g.drs+j:]
		if g.skips && cols == nr {
			steps, n := w.needed.of(i)
			if *n < x.k {
				g.level.sparse.tiles[band.rows](*n, &a[0], x.ars, x.aks, &b[0], bks, &c[0], g.drs, &steps[0], add)
				continue
			}
		}
		// Low bands that need all steps go together.
		for g.skips && i+1 < len(x.bands) && band.rows+x.bands[i+1].rows <= mr && w.needed.counts[i+1] == x.k {
			i++
			band.rows += x.bands[i].rows
		}
		g.tile(x.k, a, x.ars, x.aks, b, bks, c, band.rows, cols, add)
	}
}

// tile adds to one tile of dst, whole or cut off by the edge.
func (g *gemm) tile(k int, a []float32, ars, aks int, b []float32, bks int, c []float32, rows, cols int, add bool) {
	half := g.level.lanes
	if cols == 2*half {
		g.level.wide[rows](k, &a[0], ars, aks, &b[0], bks, &c[0], g.drs, cols, add)
		return
	}
	narrow := g.level.narrow[rows]
	narrow(k, &a[0], ars, aks, &b[0], bks, &c[0], g.drs, min(cols, half), add)
	if cols > half {
		narrow(k, &a[0], ars, aks, &b[half], bks, &c[half], g.drs, cols-half, add)
	}
}
