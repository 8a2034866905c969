package cpu

import "gorgan/kernels"

// patchProduct multiplies patches of images by a matrix b: see conv.go. The letters are those of gemm.
type patchProduct struct {
	isa     *isa
	pool    *pool
	scratch []patchScratch // one for each worker
	panels  []float32      // b, packed: nr columns after nr columns

	zeros []float32 // what lies outside an image

	packRows, packTaps, rows, columns, squares, channels, image func(worker, part int) // bound once

	// the current product
	a                  patches
	dst, b             []float32
	positions, n       int // rows of a, columns of b and of dst
	shape              kernels.Convolution
	taps               taps    // of the weights that b is made of, for a transposed convolution
	spread             *spread // where the rows of dst lie; nil if they follow each other
	phase              spread  // what spread points to
	rowParts, colParts int
	columnsOfPart      int       // of a form
	form               *winograd // what the product is computed by, if not directly
	weights            rowsOf    // the second matrix of a form
	all                squares
	places             []square // all of them

	group groupTensors // of a convolution with groups
}

// patchScratch is the memory of one worker: a packed block of patches, a packed panel of b, rows of
// dst that do not follow each other, and the pixels, weights and taps that an assembly function takes.
type patchScratch struct {
	a, b, dst []float32
	pixels    [mostProducts]*float32
	square    [squareSide * squareSide]*float32
	taps      [mostTaps]*float32
}

func newPatchProduct(l *isa, p *pool) *patchProduct {
	c := &patchProduct{isa: l, pool: p, scratch: make([]patchScratch, p.size())}
	c.packRows, c.packTaps, c.rows, c.columns = c.packPanel, c.packTransposed, c.computeRows, c.computeColumns
	c.squares, c.channels, c.image = c.computeSquares, c.computeChannels, c.computeImage
	return c
}

// blockRows is the most rows of a part. A block of so many rows and kc steps takes less than half a
// megabyte of the second-level cache: see mckc.
const blockRows = 224

// parts returns the number of parts into which a product of that size is worth dividing.
func (p *patchProduct) parts(m, n, k int) int {
	return min(partsPerWorker*p.pool.size(), m*n*k/partCost)
}

// setB makes w the second matrix. pack writes one panel of it.
func (p *patchProduct) setB(w []float32, pack func(worker, part int)) {
	_, nr := p.isa.tileSize()
	panels := count(p.n, nr)
	p.b, p.panels = w, grown(p.panels, panels*p.a.values()*nr)
	p.pool.share(panels, pack)
}

// packPanel packs a panel of b as it lies.
func (p *patchProduct) packPanel(_, panel int) {
	_, nr := p.isa.tileSize()
	j, k := panel*nr, p.a.values()
	cols := min(nr, p.n-j)
	for l := range k {
		copy(p.panels[(panel*k+l)*nr:][:cols], p.b[l*p.n+j:])
	}
}

// taps are the taps of a phase of a transposed convolution: each stride-th of weights (height,
// width, n, outputs), from tap (row,col) on.
type taps struct{ width, outputs, row, col, rows, cols, stride int }

// packTransposed packs a panel of the phase's taps, from the last to the first. Its rows are outputs and its
// columns are channels.
func (p *patchProduct) packTransposed(_, panel int) {
	_, nr := p.isa.tileSize()
	t, j := p.taps, panel*nr
	to := p.panels[panel*p.a.values()*nr:]
	for row := t.rows - 1; row >= 0; row-- {
		for col := t.cols - 1; col >= 0; col-- {
			tap := (t.row+row*t.stride)*t.width + t.col + col*t.stride
			p.isa.packTransposed(t.outputs, min(nr, p.n-j), p.b[(tap*p.n+j)*t.outputs:], t.outputs, to)
			to = to[t.outputs*nr:]
		}
	}
}

// spread are the positions of a phase among all positions of the images.
type spread struct{ height, width, rows, cols, stride, top, left int }

// at returns the number of a position among all positions.
func (s *spread) at(position int) int {
	b, i, j := position/(s.rows*s.cols), position/s.cols%s.rows, position%s.cols
	return (b*s.height+s.top+i*s.stride)*s.width + s.left + j*s.stride
}

// multiply computes dst = a·b.
func (p *patchProduct) multiply() {
	mr, _ := p.isa.tileSize()
	k := p.a.values()
	p.rowParts = max(count(p.positions, blockRows), min(p.parts(p.positions, p.n, k), p.positions/(2*mr)))
	for i := range p.scratch {
		s, rows := &p.scratch[i], count(p.positions, p.rowParts)
		s.a = grown(s.a, rows*(min(k, kc)+padding))
		if p.spread != nil {
			s.dst = grown(s.dst, rows*p.n)
		}
	}
	p.pool.share(p.rowParts, p.rows)
}

// computeRows computes some rows of a·b.
func (p *patchProduct) computeRows(worker, part int) {
	s := &p.scratch[worker]
	mr, nr := p.isa.tileSize()
	first := part * p.positions / p.rowParts
	rows, k := (part+1)*p.positions/p.rowParts-first, p.a.values()
	dst := s.dst
	if p.spread == nil {
		dst = p.dst[first*p.n:]
	}
	tiles := count(rows, mr)
	for l := 0; l < k; l += kc {
		steps := min(kc, k-l)
		ld := steps + padding
		p.a.pack(p.isa.copyRows, s.a, ld, first, rows, l, steps)
		for j := 0; j < p.n; j += nr {
			panel := p.panels[(j/nr*k+l)*nr:]
			for t := range tiles {
				i, next := t*rows/tiles, (t+1)*rows/tiles
				p.isa.tile(steps, s.a[i*ld:], ld, 1, panel, nr, dst[i*p.n+j:], p.n, next-i, min(nr, p.n-j), l > 0)
			}
		}
	}
	if p.spread != nil {
		for i := range rows {
			copy(p.dst[p.spread.at(first+i)*p.n:][:p.n], dst[i*p.n:])
		}
	}
}

// multiplyTransposed computes dst = aᵀ·b.
func (p *patchProduct) multiplyTransposed() {
	mr, nr := p.isa.tileSize()
	m := p.a.values()
	want := p.parts(p.positions, p.n, m)
	p.rowParts = max(count(m, blockRows), min(want, m/mr))
	p.colParts = max(1, min(want/p.rowParts, count(p.n, nr)))
	for i := range p.scratch {
		s, steps := &p.scratch[i], min(kc, p.positions)
		s.a = grown(s.a, steps*(count(m, p.rowParts)+padding))
		s.b = grown(s.b, steps*nr)
	}
	p.pool.share(p.rowParts*p.colParts, p.columns)
}

// computeColumns computes one part of aᵀ·b. A column of a is a row of dst.
func (p *patchProduct) computeColumns(worker, part int) {
	s := &p.scratch[worker]
	mr, nr := p.isa.tileSize()
	row, col, panels := part/p.colParts, part%p.colParts, count(p.n, nr)
	first := row * p.a.values() / p.rowParts
	rows := (row+1)*p.a.values()/p.rowParts - first
	j0, j1 := col*panels/p.colParts*nr, min((col+1)*panels/p.colParts*nr, p.n)
	ld := rows + padding
	for l := 0; l < p.positions; l += kc {
		steps := min(kc, p.positions-l)
		p.a.pack(p.isa.copyRows, s.a, ld, l, steps, first, rows)
		for j := j0; j < j1; j += nr {
			b, bks, cols, done := p.b[l*p.n+j:], p.n, min(nr, j1-j), 0
			dst := p.dst[first*p.n+j:]
			if cols == nr && rows > mr {
				p.isa.packing(steps, &s.a[0], 1, ld, &b[0], bks, &dst[0], p.n, &s.b[0], l > 0)
				b, bks, done = s.b, nr, mr
			}
			rest := rows - done
			tiles := count(rest, mr)
			for t := range tiles {
				i, next := done+t*rest/tiles, done+(t+1)*rest/tiles
				p.isa.tile(steps, s.a[i:], 1, ld, b, bks, dst[i*p.n:], p.n, next-i, cols, l > 0)
			}
		}
	}
}
