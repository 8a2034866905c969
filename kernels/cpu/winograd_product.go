package cpu

// The products of F(2x2,2x2): see winograd.go. The squares of 2x2 positions are the rows of the first
// matrices. Their columns are in the order phase, channel.

// squaresOfPart is about the number of squares of a part. Each panel of weights is read once for so many
// rows, and what a part holds of 64 channels stays in the second-level cache.
const squaresOfPart = 56

// winogradK returns the number of columns of the first matrices.
func (p *patches) winogradK() int { return p.stride * p.stride * p.channels }

// outputsAtOnce is how many rows of four transposed panels are made before they are transformed. They stay in
// the first-level cache.
const outputsAtOnce = 64

// setTransformed makes the transformed weights w the 9 second matrices. pack writes a part of a panel of each.
func (p *patchProduct) setTransformed(w []float32, partsOfPanel int, pack func(worker, part int)) {
	_, nr := p.isa.tileSize()
	p.panelParts = partsOfPanel
	panels := count(p.n, nr)
	p.b, p.panels = w, grown(p.panels, products*panels*p.a.winogradK()*nr)
	p.zeros = grown(p.zeros, max(p.a.channels, p.n))
	for i := range p.scratch {
		p.scratch[i].b = grown(p.scratch[i].b, 4*outputsAtOnce*nr)
	}
	p.pool.share(panels*partsOfPanel, pack)
}

// panelOf returns where row k of a panel of the first of the second matrices begins, and how far the others
// are from there.
func (p *patchProduct) panelOf(panel, k int) (at, step int) {
	_, nr := p.isa.tileSize()
	all := p.a.winogradK()
	return (panel*all + k) * nr, count(p.n, nr) * all * nr
}

// transformPhase transforms a panel of the weights of a phase of conv.
func (p *patchProduct) transformPhase(worker, part int) {
	s := &p.scratch[worker]
	_, nr := p.isa.tileSize()
	a, panel, phase := &p.a, part/p.panelParts, part%p.panelParts
	j := panel * nr
	for ch := range a.channels {
		for tap := range s.square {
			s.square[tap] = &p.b[a.tapOf(phase, tap, ch)*p.n+j]
		}
		at, step := p.panelOf(panel, phase*a.channels+ch)
		p.isa.winograd.weights(min(nr, p.n-j), &s.square, &p.panels[at], step)
	}
}

// transformTransposed transforms a panel of some outputs' weights of a phase of conv_back, from the last
// tap to the first.
func (p *patchProduct) transformTransposed(worker, part int) {
	_, nr := p.isa.tileSize()
	t, panel, first := p.taps, part/p.panelParts, part%p.panelParts*outputsAtOnce
	n, j := min(outputsAtOnce, t.outputs-first), panel*nr
	cols := min(nr, p.n-j)
	s := &p.scratch[worker]
	for i := range 4 {
		tap := (t.row+(1-i/2)*t.stride)*t.width + t.col + (1-i%2)*t.stride
		p.isa.packTransposed(n, cols, p.b[(tap*p.n+j)*t.outputs+first:], t.outputs, s.b[i*outputsAtOnce*nr:])
	}
	for k := range n {
		for i := range s.square {
			s.square[i] = &s.b[(i*outputsAtOnce+k)*nr]
		}
		at, step := p.panelOf(panel, first+k)
		p.isa.winograd.weights(cols, &s.square, &p.panels[at], step)
	}
}

// multiplyWinograd computes dst = a·b by squares.
func (p *patchProduct) multiplyWinograd() {
	p.all = p.a.squaresOf(p.images())
	all := p.all[4]
	p.rowParts = count(count(all, squaresOfPart), p.pool.size()) * p.pool.size()
	p.rowParts = min(p.rowParts, all)
	for i := range p.scratch {
		s, rows := &p.scratch[i], count(all, p.rowParts)
		s.a = grown(s.a, products*rows*(p.a.winogradK()+padding))
		s.dst = grown(s.dst, products*rows*(p.n+padding)+p.n)
	}
	p.pool.share(p.rowParts, p.squares)
}

// images returns the number of images.
func (p *patchProduct) images() int { return p.positions / (p.a.rows * p.a.cols) }

// computeSquares computes some squares of a·b.
func (p *patchProduct) computeSquares(worker, part int) {
	s, a := &p.scratch[worker], &p.a
	first := part * p.all[4] / p.rowParts
	n, k := (part+1)*p.all[4]/p.rowParts-first, a.winogradK()
	ld, ldm := k+padding, p.n+padding
	for t := range n {
		b, i, j := a.square(&p.all, first+t)
		for phase := range a.stride * a.stride {
			a.square3x3(&s.pixels, b, i, j, phase, 0, &p.zeros[0])
			p.isa.winograd.input(a.channels, &s.pixels, &s.a[t*ld+phase*a.channels], n*ld)
		}
	}
	for e := range products {
		for kind := range 4 {
			if from, end := p.all.needed(kind, e, first, n); from < end {
				p.multiplySquares(s.a[(e*n+from)*ld:], ld, s.dst[(e*n+from)*ldm:], ldm, end-from, e)
			}
		}
	}
	unneeded := &s.dst[products*n*ldm]
	for t := range n {
		b, i, j := a.square(&p.all, first+t)
		for c := range s.square {
			s.square[c] = unneeded
			if row, col := i+c/2, j+c%2; row < a.rows && col < a.cols {
				position := (b*a.rows+row)*a.cols + col
				if p.spread != nil {
					position = p.spread.at(position)
				}
				s.square[c] = &p.dst[position*p.n]
			}
		}
		p.isa.winograd.output(p.n, &s.dst[t*ldm], n*ldm, &s.square)
	}
}

// multiplySquares computes n rows of product e.
func (p *patchProduct) multiplySquares(a []float32, ld int, dst []float32, ldm, n, e int) {
	mr, nr := p.isa.tileSize()
	k, tiles := p.a.winogradK(), count(n, mr)
	for l := 0; l < k; l += kc {
		steps := min(kc, k-l)
		for j := 0; j < p.n; j += nr {
			at, step := p.panelOf(j/nr, l)
			panel := p.panels[at+e*step:]
			for t := range tiles {
				i, next := t*n/tiles, (t+1)*n/tiles
				p.isa.tile(steps, a[i*ld+l:], ld, 1, panel, nr, dst[i*ldm+j:], ldm, next-i, min(nr, p.n-j), l > 0)
			}
		}
	}
}
