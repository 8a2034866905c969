package cpu

// The gradient at the weights by F(2x2,2x2): see winograd.go. The squares of 2x2 positions are the steps along
// k. There are 9 products of the transformed patches, transposed, and the transformed y.

const (
	// squaresAtOnce is the number of squares whose y is transformed at once.
	squaresAtOnce = 512
	// channelsOfPart is the most channels of a part, which transforms their patches for itself.
	channelsOfPart = 64
)

// multiplyWinogradTransposed computes dst = aᵀ·b by squares.
func (p *patchProduct) multiplyWinogradTransposed() {
	mr, nr := p.isa.tileSize()
	p.all = p.a.squaresOf(p.images())
	a, all, panels := &p.a, p.all[4], count(p.n, nr)
	steps := min(all, squaresAtOnce)
	phases := a.stride * a.stride
	want := p.parts(all*products, p.n, a.winogradK())
	p.rowParts = max(count(a.channels, channelsOfPart), min(count(want, phases), a.channels/mr))
	p.colParts = max(1, min(want/(p.rowParts*phases), panels))
	p.panels = grown(p.panels, products*panels*nr*steps)
	p.sums = grown(p.sums, products*a.winogradK()*p.n)
	p.zeros = grown(p.zeros, max(a.channels, p.n))
	for i := range p.scratch {
		s := &p.scratch[i]
		s.a = grown(s.a, products*steps*(count(a.channels, p.rowParts)+padding))
	}
	for p.first = 0; p.first < all; p.first += squaresAtOnce {
		p.steps = min(squaresAtOnce, all-p.first)
		p.pool.share(min(p.steps, partsPerWorker*p.pool.size()), p.packGrads)
		p.pool.share(phases*p.rowParts*p.colParts, p.channels)
	}
}

// transformGrad transforms the y of some squares.
func (p *patchProduct) transformGrad(worker, part int) {
	s := &p.scratch[worker]
	_, nr := p.isa.tileSize()
	parts, panels := min(p.steps, partsPerWorker*p.pool.size()), count(p.n, nr)
	for t := part * p.steps / parts; t < (part+1)*p.steps/parts; t++ {
		b, i, j := p.a.square(&p.all, p.first+t)
		var y [4]int // -1 outside the image
		for c := range y {
			y[c] = -1
			if row, col := i+c/2, j+c%2; row < p.a.rows && col < p.a.cols {
				y[c] = ((b*p.a.rows+row)*p.a.cols + col) * p.n
			}
		}
		for panel := range panels {
			for c, at := range y {
				s.square[c] = &p.zeros[0]
				if at >= 0 {
					s.square[c] = &p.b[at+panel*nr]
				}
			}
			p.isa.winograd.weights(min(nr, p.n-panel*nr), &s.square, &p.panels[(panel*p.steps+t)*nr], panels*p.steps*nr)
		}
	}
}

// computeChannels adds some squares to the products of some channels of a phase, and to some of
// their columns. After the last squares it makes weights of the products.
func (p *patchProduct) computeChannels(worker, part int) {
	s, a := &p.scratch[worker], &p.a
	mr, nr := p.isa.tileSize()
	panels := count(p.n, nr)
	phase, row, col := part/p.colParts/p.rowParts, part/p.colParts%p.rowParts, part%p.colParts
	first := row * a.channels / p.rowParts
	n := (row+1)*a.channels/p.rowParts - first
	j0, j1 := col*panels/p.colParts*nr, min((col+1)*panels/p.colParts*nr, p.n)
	ld := n + padding
	for t := range p.steps {
		b, i, j := a.square(&p.all, p.first+t)
		a.square3x3(&s.pixels, b, i, j, phase, first, &p.zeros[0])
		p.isa.winograd.input(n, &s.pixels, &s.a[t*ld], p.steps*ld)
	}
	all := a.winogradK() * p.n
	sums := p.sums[(phase*a.channels+first)*p.n:]
	tiles := count(n, mr)
	for e := range products {
		for kind := range 4 {
			from, end := p.all.needed(kind, e, p.first, p.steps)
			for j := j0; from < end && j < j1; j += nr {
				panel := p.panels[((e*panels+j/nr)*p.steps+from)*nr:]
				for t := range tiles {
					i, next := t*n/tiles, (t+1)*n/tiles
					p.isa.tile(end-from, s.a[(e*p.steps+from)*ld+i:], 1, ld, panel, nr, sums[e*all+i*p.n+j:], p.n, next-i, min(nr, j1-j), p.first+from > 0)
				}
			}
		}
	}
	if p.first+p.steps < p.all[4] {
		return
	}
	for i := range n {
		for tap := range s.square {
			s.square[tap] = &p.dst[a.tapOf(phase, tap, first+i)*p.n+j0]
		}
		p.isa.winograd.output(j1-j0, &sums[i*p.n+j0], all, &s.square)
	}
}
