package cpu

import "gorgan/kernels"

// conv_back to few channels would leave most lanes of a vector unused if the columns of its product were channels.
// So they are all taps of all channels: each position of y is multiplied with the whole kernel. A pixel of x is
// the sum of the values of those taps that cover it, each of which is one fma chain.
//
//	values   positions of y   ·   wᵀ, (taps, channels) columns
//	x        sums of values

const (
	// fewChannels is the number of channels up to which conv_back takes this way.
	fewChannels = 15
	// mostTaps is the most taps that may cover a pixel.
	mostTaps = 64
)

// suitsTaps reports whether conv_back takes this way, by the convolution's shape alone as long as all weights are finite. Those
// that are not would have to be multiplied with the zeros outside an image too.
func suitsTaps(c kernels.Convolution, w []float32) bool {
	return c.Channels <= fewChannels && count(c.KernelHeight, c.Stride)*count(c.KernelWidth, c.Stride) <= mostTaps && finite(w)
}

func finite(w []float32) bool {
	for _, v := range w {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// convTaps computes convBack for few channels.
func (p *patchProduct) convTaps(m kernels.Mem[float32], c kernels.Convolution, batch int) {
	p.shape, p.n = c, c.KernelHeight*c.KernelWidth*c.Channels
	// A patch of y is one position.
	p.a = patches{m.F[1], m.N[4], m.N[5], c.Outputs, m.N[4], m.N[5], 1, 1, 1, 0, 0}
	p.taps = taps{width: 1, outputs: c.Outputs, rows: 1, cols: 1, stride: 1}
	p.setB(m.F[2], p.packTaps)
	for i := range p.scratch {
		p.scratch[i].dst = grown(p.scratch[i].dst, p.a.rows*p.a.cols*p.valuesApart())
	}
	p.pool.share(batch, p.image)
}

// valuesApart returns how far the values of two positions lie apart: whole lines of a cache.
func (p *patchProduct) valuesApart() int { return count(p.n, 16) * 16 }

// computeImage computes one image of x.
func (p *patchProduct) computeImage(worker, b int) {
	a, c, values, ld := &p.a, &p.shape, p.scratch[worker].dst, p.valuesApart()
	mr, nr := p.isa.tileSize()
	positions := a.rows * a.cols
	y, tiles := a.images[b*positions*a.channels:], count(positions, mr)
	for l := 0; l < a.channels; l += kc {
		steps := min(kc, a.channels-l)
		for j := 0; j < p.n; j += nr {
			panel := p.panels[(j/nr*a.channels+l)*nr:]
			for t := range tiles {
				i, next := t*positions/tiles, (t+1)*positions/tiles
				p.isa.tile(steps, y[i*a.channels+l:], a.channels, 1, panel, nr, values[i*ld+j:], ld, next-i, min(nr, p.n-j), l > 0)
			}
		}
	}
	length := c.Width * c.Channels
	for h := range c.Height {
		p.sumRow(&p.scratch[worker], p.dst[(b*c.Height+h)*length:][:length], h)
	}
}

// sumRow computes row h of an image of x. Columns whose distance is a multiple of the stride meet the same taps. So the
// columns that the first tap of a kernel can meet, and those that follow each before the next one, form one or two groups.
func (p *patchProduct) sumRow(s *patchScratch, row []float32, h int) {
	c := &p.shape
	whole, rest := c.KernelWidth/c.Stride, c.KernelWidth%c.Stride
	p.sumColumns(s, row, h, 0, rest, whole+1)
	p.sumColumns(s, row, h, rest, c.Stride, whole)
}

// sumColumns computes the columns of row h of x whose number plus the padding is from to end-1 modulo the stride. They meet taps of
// a row of the kernel, and each a stride after the other.
func (p *patchProduct) sumColumns(s *patchScratch, row []float32, h, from, end, taps int) {
	c, cols := &p.shape, p.a.cols
	if from == end {
		return
	}
	for u := 0; u*c.Stride-c.Pad < c.Width; { // the group at this column
		at, n := (u*c.Stride+from-c.Pad)*c.Channels, (end-from)*c.Channels
		abreast := 1
		if u >= taps-1 && at >= 0 {
			abreast = max(1, min(cols-u, (len(row)-at-n)/(c.Stride*c.Channels)+1))
		}
		skip := max(0, -at) // channels left of the image
		if n = min(n, len(row)-at) - skip; n > 0 {
			p.sumGroups(s, row[at+skip:], h, u, from*c.Channels+skip, n, abreast, taps)
		}
		u += abreast
	}
}

// sumGroups computes n values of row h of x for each of some positions u, u+1 and so on of y, at which the kernel's first tap is. first is the
// first value of a kernel's row that they meet.
func (p *patchProduct) sumGroups(s *patchScratch, row []float32, h, u, first, n, abreast, taps int) {
	c, ld := &p.shape, p.valuesApart()
	number := 0
	for kh := c.KernelHeight - 1; kh >= 0; kh-- {
		i := (h + c.Pad - kh) / c.Stride
		if h+c.Pad < kh || (h+c.Pad-kh)%c.Stride != 0 || i >= p.a.rows {
			continue
		}
		for q := taps - 1; q >= 0; q-- {
			if j := u - q; j >= 0 && j < p.a.cols {
				s.taps[number] = &s.dst[(i*p.a.cols+j)*ld+(kh*c.KernelWidth+q*c.Stride)*c.Channels+first]
				number++
			}
		}
	}
	if number == 0 {
		for g := range abreast {
			clear(row[g*c.Stride*c.Channels:][:n])
		}
		return
	}
	p.isa.sumRows(abreast, n, &row[0], c.Stride*c.Channels, &s.taps[0], ld, number)
}
