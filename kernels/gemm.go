package kernels

// level is a way to compute with the instructions a processor may have.
type level struct {
	name         string
	lanes        int           // columns of a narrow tile; a wide one has twice as many
	wide, narrow []microKernel // by the number of rows
	// transpose writes the first 4n columns of lanes rows of src as rows of dst.
	transpose func(n int, src *float32, sstride int, dst *float32, dstride int)
	bodies    map[string]body // of the kernels that have a better one than F32
}

// microKernel adds a product over k to a tile of dst, n columns wide, starting from
// what dst holds if add is set and from 0 if not. The strides, in elements, are
// those between a's rows and columns, b's rows and dst's rows.
type microKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, n int, add bool)

// gemm is a device's matrix product, after Goto & van de Geijn, "Anatomy of
// High-Performance Matrix Multiplication" (2008), and BLIS: tiles of dst stay in
// registers, panels of b and blocks of a in the caches.
//
// An element of dst is the one chain fma(a[k-1],b[k-1], … fma(a[0],b[0],c)), where c
// is 0 or what dst held, whatever the blocks, the number of workers, and the other
// rows and columns; purego rounds each product before it adds it.
type gemm struct {
	level *level
	pool  *pool
	room  []scratch                // one a worker
	part  func(worker, number int) // compute, bound once

	// The product under way. Element (i,l) of op(a) is at i*ars+l*aks, (l,j) of
	// op(b) at l*bks+j*bcs, (i,j) of dst at i*drs+j. One of a's strides is 1, and one
	// of b's.
	dst, a, b               []float32
	m, n, k                 int
	ars, aks, bks, bcs, drs int
	add                     bool

	rows, cols   int // of a part
	across       int // parts side by side
	packA, packB bool
}

func newGemm(l *level, p *pool) *gemm {
	g := &gemm{level: l, pool: p, room: make([]scratch, p.size())}
	g.part = g.compute
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
	parts := g.split()
	g.reserve()
	g.pool.share(parts, g.part)
	g.dst, g.a, g.b = nil, nil, nil
}

// compute is one part of dst.
func (g *gemm) compute(worker, number int) {
	w := &g.room[worker]
	i0, j0 := number/g.across*g.rows, number%g.across*g.cols
	rows, j1 := min(g.rows, g.m-i0), min(j0+g.cols, g.n)
	mr, nr := g.largest()
	tiles := (rows + mr - 1) / mr // of about the same height
	for l := 0; l < g.k; l += most {
		k := min(most, g.k-l)
		a, ars, aks := g.blockA(w, i0, l, rows, k)
		for j := j0; j < j1; j += nr {
			cols := min(nr, j1-j)
			b, bks := g.panelB(w, l, j, k, cols)
			for t := range tiles {
				i, end := t*rows/tiles, (t+1)*rows/tiles
				g.tile(k, a[i*ars:], ars, aks, b, bks, g.dst[(i0+i)*g.drs+j:], end-i, cols, g.add || l > 0)
			}
		}
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
