package cpu

// The gradient at the weights by Winograd's forms: see winograd.go. The squares of positions are the steps along
// k. The products are of the transformed patches, transposed, and the transformed gradients.

const (
	// squaresAtOnce is the most squares that are transformed at once.
	squaresAtOnce = 64
	// channelsOfPart is the most channels of a part, and gradsOfPart the most columns.
	channelsOfPart, gradsOfPart = 128, 128
)

// multiplyWinogradTransposed computes dst = aᵀ·b by squares.
func (p *patchProduct) multiplyWinogradTransposed(w *winograd) {
	_, nr := p.isa.tileSize()
	p.divide(w)
	a := &p.a
	phases := a.stride * a.stride
	p.rowParts = count(a.channels, channelsOfPart)
	p.splitColumns(gradsOfPart, phases*p.rowParts)
	steps, rows, cols := min(p.all[4], squaresAtOnce), count(a.channels, p.rowParts), min(p.n, p.columnsOfPart)
	for i := range p.scratch {
		s := &p.scratch[i]
		s.a = grown(s.a, w.products()*(steps*rows+padding))
		s.b = grown(s.b, w.products()*(steps*nr+padding))
		s.dst = grown(s.dst, w.products()*(rows*cols+padding))
	}
	p.pool.share(phases*p.rowParts*p.colParts, p.channels)
}

// computeChannels computes some columns of the weights of some channels of a phase.
func (p *patchProduct) computeChannels(worker, part int) {
	s, a, w := &p.scratch[worker], &p.a, p.form
	mr, nr := p.isa.tileSize()
	phase, row, col := part/p.colParts/p.rowParts, part/p.colParts%p.rowParts, part%p.colParts
	first := row * a.channels / p.rowParts
	n := (row+1)*a.channels/p.rowParts - first
	j0 := col * p.columnsOfPart
	cols, tiles := min(p.columnsOfPart, p.n-j0), count(n, mr)
	stepDst := n*cols + padding
	for e := range w.products() {
		if !p.all.need(e, w.side()) {
			clear(s.dst[e*stepDst:][:stepDst])
		}
	}
	for l := 0; l < p.all[4]; l += squaresAtOnce {
		steps := min(squaresAtOnce, p.all[4]-l)
		stepA, stepB := steps*n+padding, steps*nr+padding
		for t := range steps {
			q := p.places[l+t]
			a.pixelsOf(&s.pixels, w.side(), q, phase, first, &p.zeros[0])
			w.input(n, &s.pixels[0], a.origin(p.soon(l+t, pixelsAhead))-a.origin(q), &s.a[t*n], stepA)
		}
		for j := 0; j < cols; j += nr {
			for t := range steps {
				q := p.places[l+t]
				p.gradsOf(s, q, j0+j)
				w.grads(min(nr, cols-j), &s.square[0], p.position(p.soon(l+t, gradsAhead))-p.position(q), &s.b[t*nr], stepB)
			}
			for e := range w.products() {
				for kind := range 4 {
					from, end := p.all.needed(kind, e, w.side(), l, steps)
					for t := 0; from < end && t < tiles; t++ {
						i, next := t*n/tiles, (t+1)*n/tiles
						p.isa.tile(end-from, s.a[e*stepA+from*n+i:], 1, n, s.b[e*stepB+from*nr:], nr,
							s.dst[e*stepDst+i*cols+j:], cols, next-i, min(nr, cols-j), l+from > 0)
					}
				}
			}
		}
	}
	for i := range n {
		for tap := range w.taps * w.taps {
			s.square[tap] = &p.dst[a.tapOf(phase, tap/w.taps, tap%w.taps, first+i)*p.n+j0]
		}
		w.kernel(cols, &s.dst[i*cols], stepDst, &s.square[0])
	}
}

// position returns where the gradients at the first position of a square begin.
func (p *patchProduct) position(q square) int {
	return ((q.image*p.a.rows+q.row)*p.a.cols + q.col) * p.n
}

// gradsOf sets the scratch's square to the gradients at a square's positions, from column j on. Those of a fourth row or column that it lacks are zeros.
func (p *patchProduct) gradsOf(s *patchScratch, q square, j int) {
	for c := range squareSide * squareSide {
		s.square[c] = &p.zeros[0]
		if row, col := c/squareSide, c%squareSide; row < q.rows && col < q.cols {
			s.square[c] = &p.b[((q.image*p.a.rows+q.row+row)*p.a.cols+q.col+col)*p.n+j]
		}
	}
}
