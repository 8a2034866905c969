package cpu

// The products of conv and conv_back by Winograd's forms: see winograd.go. The squares of positions are the rows of the first
// matrices. Their columns are in the order phase, channel. Both matrices are transformed block by block, and a worker's blocks
// stay in the second-level cache.

const (
	// squaresOfPart is about the most squares of a part of 25 products, and columnsOfPart the most columns.
	squaresOfPart, columnsOfPart = 42, 128
	// channelsAtOnce is the most channels whose patches and weights are transformed at once.
	channelsAtOnce = 64
	// pixelsAhead, gradsAhead and rowsAhead are how many squares or rows of weights ahead values are asked for.
	pixelsAhead, gradsAhead, rowsAhead = 2, 4, 8
)

// rowsOf is a matrix of weights whose rows are panels of columns.
type rowsOf struct {
	values    []float32
	rowStep   int // from a row to the next
	panelStep int // from a panel to the next
}

// multiplyWinograd computes dst = a·b by squares.
func (p *patchProduct) multiplyWinograd(w *winograd, b rowsOf) {
	_, nr := p.isa.tileSize()
	p.weights = b
	p.divide(w)
	all := p.all[4]
	p.rowParts = count(all*w.products(), squaresOfPart*25)
	p.splitColumns(columnsOfPart, p.rowParts)
	p.rowParts = min(all, count(p.rowParts, p.pool.size())*p.pool.size())
	rows, cols, steps := count(all, p.rowParts), min(p.n, p.columnsOfPart), min(p.a.channels, channelsAtOnce)
	for i := range p.scratch {
		s := &p.scratch[i]
		s.a = grown(s.a, w.products()*(rows*steps+padding))
		s.b = grown(s.b, w.products()*(steps*nr+padding))
		s.dst = grown(s.dst, w.products()*(rows*cols+padding)+cols)
	}
	p.pool.share(p.rowParts*p.colParts, p.squares)
}

// divide divides the positions into squares, for a form.
func (p *patchProduct) divide(w *winograd) {
	images := p.positions / (p.a.rows * p.a.cols)
	p.form, p.all, p.places = w, p.a.squaresOf(images), p.a.appendSquares(p.places[:0], images)
	p.zeros = grown(p.zeros, max(p.a.channels, p.n))
}

// splitColumns divides the columns into parts of most columns or fewer: so many that with the other parts there are two for each worker.
func (p *patchProduct) splitColumns(most, others int) {
	_, nr := p.isa.tileSize()
	p.columnsOfPart = most
	for p.columnsOfPart > nr && count(p.n, p.columnsOfPart)*others < 2*p.pool.size() {
		p.columnsOfPart /= 2
	}
	p.colParts = count(p.n, p.columnsOfPart)
}

// soon returns the square some squares behind one, whose values may be asked for.
func (p *patchProduct) soon(number, behind int) square {
	return p.places[min(number+behind, len(p.places)-1)]
}

// computeSquares computes some columns of some squares of a·b.
func (p *patchProduct) computeSquares(worker, part int) {
	s, a, w := &p.scratch[worker], &p.a, p.form
	_, nr := p.isa.tileSize()
	row, col := part/p.colParts, part%p.colParts
	first := row * p.all[4] / p.rowParts
	n := (row+1)*p.all[4]/p.rowParts - first
	j0 := col * p.columnsOfPart
	cols := min(p.columnsOfPart, p.n-j0)
	stepDst := n*cols + padding
	for phase := range a.stride * a.stride {
		for ch := 0; ch < a.channels; ch += channelsAtOnce {
			steps := min(channelsAtOnce, a.channels-ch)
			stepA, stepB := n*steps+padding, steps*nr+padding
			for t := range n {
				q := p.places[first+t]
				a.pixelsOf(&s.pixels, w.side(), q, phase, ch, &p.zeros[0])
				w.input(steps, &s.pixels[0], a.origin(p.soon(first+t, pixelsAhead))-a.origin(q), &s.a[t*steps], stepA)
			}
			for j := 0; j < cols; j += nr {
				p.transformWeights(s, phase, ch, steps, j0+j, min(nr, cols-j))
				for e := range w.products() {
					for kind := range 4 {
						if from, end := p.all.needed(kind, e, w.side(), first, n); from < end {
							p.multiplySquares(s.a[e*stepA+from*steps:], steps, s.b[e*stepB:], s.dst[e*stepDst+from*cols+j:], cols, end-from, min(nr, cols-j), phase+ch > 0)
						}
					}
				}
			}
		}
	}
	unneeded := &s.dst[w.products()*stepDst]
	for t := range n {
		q := p.places[first+t]
		for c := range squareSide * squareSide {
			s.square[c] = unneeded
			if i, j := c/squareSide, c%squareSide; i < q.rows && j < q.cols {
				position := (q.image*a.rows+q.row+i)*a.cols + q.col + j
				if p.spread != nil {
					position = p.spread.at(position)
				}
				s.square[c] = &p.dst[position*p.n+j0]
			}
		}
		w.output(cols, &s.dst[t*cols], stepDst, &s.square[0])
	}
}

// transformWeights transforms some columns, from j on, of the weights of some channels of a phase.
func (p *patchProduct) transformWeights(s *patchScratch, phase, first, channels, j, cols int) {
	_, nr := p.isa.tileSize()
	b, taps := &p.weights, p.form.taps
	for k := range channels {
		for tap := range taps * taps {
			s.square[tap] = &b.values[j/nr*b.panelStep+p.a.tapOf(phase, tap/taps, tap%taps, first+k)*b.rowStep]
		}
		p.form.weights(cols, &s.square[0], rowsAhead*b.rowStep, &s.b[k*nr], channels*nr+padding)
	}
}

// multiplySquares adds to dst the product of k columns of a and a panel of b.
func (p *patchProduct) multiplySquares(a []float32, k int, b, dst []float32, ld, n, cols int, add bool) {
	mr, nr := p.isa.tileSize()
	tiles := count(n, mr)
	for t := range tiles {
		i, next := t*n/tiles, (t+1)*n/tiles
		p.isa.tile(k, a[i*k:], k, 1, b, nr, dst[i*ld:], ld, next-i, cols, add)
	}
}
