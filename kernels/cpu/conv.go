package cpu

import "gorgan/kernels"

// A convolution is a matrix product whose first matrix has a row for each position of an image and
// a column for each value of the patch there. The matrix is never in memory as a whole: the blocks
// of a product are packed from the images themselves.
//
//	conv          positions of y x patches of x   ·   w
//	conv_back     positions of x x patches of y   ·   w, turned round and transposed
//	conv_weight  (positions of y x patches of x)ᵀ ·   y
//
// With a stride, the positions of x for conv_back fall into phases: all positions of a phase meet the
// same taps of a kernel. Each phase is a product of its own, and no tap that meets nothing is
// multiplied.
//
// An element of the result is one fma chain along k from 0, as of a product of the same matrices.
// Neither the blocks nor the number of workers change it.
//
// Two kinds of shapes have faster forms, which sum in another order: conv_back to few channels
// (conv_taps.go), and many channels with kernels of 3x3, or of 4x4 and a stride of 2 (winograd.go).

// patches are the patches at all positions of some images, as the rows of a matrix. The columns are
// in the order tap row, tap column, channel.
type patches struct {
	images                  []float32
	height, width, channels int
	rows, cols              int // positions of an image
	tapRows, tapCols        int
	stride                  int // between positions
	top, left               int // the first tap at the first position; may be below 0, outside the image
}

// longRun is the number of values from which on a run is copied by itself.
const longRun = 64

// values returns the number of columns of the matrix.
func (p *patches) values() int { return p.tapRows * p.tapCols * p.channels }

// pack writes k values from value l on of n patches from patch first on to dst. The patches begin
// ld elements apart.
func (p *patches) pack(copyRows rowsKernel, dst []float32, ld, first, n, l, k int) {
	run := p.tapCols * p.channels // values of a patch that lie one after the other in an image
	for r := 0; r < n; {
		b, i, j := (first+r)/(p.rows*p.cols), (first+r)/p.cols%p.rows, (first+r)%p.cols
		abreast := min(n-r, p.cols-j)
		tap, from := l/run, l%run
		for to := 0; to < k; tap, from = tap+1, 0 {
			part := min(run-from, k-to)
			p.packRuns(copyRows, dst[r*ld+to:], ld, abreast, part, b, i*p.stride+p.top+tap, (j*p.stride+p.left)*p.channels+from)
			to += part
		}
		r += abreast
	}
}

// packRuns copies runs of k values of a row of image b to dst, ld elements apart. The first begins with element at of the
// row, and the others a step of the positions after each other.
func (p *patches) packRuns(copyRows rowsKernel, dst []float32, ld, n, k, b, row, at int) {
	step := p.stride * p.channels
	first, end := 0, n // those inside
	if k > longRun || row < 0 || row >= p.height {
		end = 0
	}
	for first < end && at+first*step < 0 {
		first++
	}
	for end > first && at+(end-1)*step+k > p.width*p.channels {
		end--
	}
	if first < end {
		copyRows(end-first, k, &dst[first*ld], ld, &p.images[(b*p.height+row)*p.width*p.channels+at+first*step], step)
	}
	for r := range n {
		if r < first || r >= end {
			p.packRun(dst[r*ld:][:k], b, row, at+r*step)
		}
	}
}

// packRun copies the values from element first on of a row of image b. Those outside are 0.
func (p *patches) packRun(to []float32, b, row, first int) {
	if row < 0 || row >= p.height {
		clear(to)
		return
	}
	length := p.width * p.channels
	line := p.images[(b*p.height+row)*length:][:length]
	if first < 0 {
		n := min(-first, len(to))
		clear(to[:n])
		to, first = to[n:], 0
	}
	if outside := first + len(to) - length; outside > 0 {
		n := max(len(to)-outside, 0)
		clear(to[n:])
		to = to[:n]
	}
	if len(to) > 0 {
		copy(to, line[first:])
	}
}

// convolutions are the kernels that are computed as products of patches, by their names.
var convolutions = map[string]func(p *patchProduct, m kernels.Mem[float32]){
	"conv":        (*patchProduct).conv,
	"conv_back":   (*patchProduct).convBack,
	"conv_weight": (*patchProduct).convWeight,

	"conv_groups":        (*patchProduct).convGroups,
	"conv_back_groups":   (*patchProduct).convBackGroups,
	"conv_weight_groups": (*patchProduct).convWeightGroups,
}

// patchesOf returns the patches of images x from which a convolution makes an image of rows·cols
// positions.
func patchesOf(x []float32, c kernels.Convolution, rows, cols int) patches {
	return patches{x, c.Height, c.Width, c.Channels, rows, cols, c.KernelHeight, c.KernelWidth, c.Stride, -c.Pad, -c.Pad}
}

func (p *patchProduct) conv(m kernels.Mem[float32]) {
	c, batch := kernels.ConvolutionOf(m.N)
	rows, cols := m.N[4], m.N[5]
	p.a, p.dst, p.positions, p.n, p.spread = patchesOf(m.F[1], c, rows, cols), m.F[0], batch*rows*cols, c.Outputs, nil
	if w := p.winogradOf(); w != nil {
		_, nr := p.isa.tileSize()
		p.multiplyWinograd(w, rowsOf{m.F[2], p.n, nr})
		return
	}
	p.setB(m.F[2], p.packRows)
	p.multiply()
}

func (p *patchProduct) convWeight(m kernels.Mem[float32]) {
	c, batch := kernels.ConvolutionOf(m.N)
	rows, cols := m.N[4], m.N[5]
	p.a, p.dst, p.b, p.positions, p.n = patchesOf(m.F[1], c, rows, cols), m.F[0], m.F[2], batch*rows*cols, c.Outputs
	if w := p.winogradOf(); w != nil {
		p.multiplyWinogradTransposed(w)
		return
	}
	p.multiplyTransposed()
}

func (p *patchProduct) convBack(m kernels.Mem[float32]) {
	c, batch := kernels.ConvolutionOf(m.N)
	p.dst, p.n, p.spread = m.F[0], c.Channels, &p.phase
	if suitsTaps(c, m.F[2]) {
		p.convTaps(m, c, batch)
		return
	}
	if c.Stride > c.KernelHeight || c.Stride > c.KernelWidth {
		clear(p.dst) // some positions meet no tap
	}
	for row := range min(c.Stride, c.Height) {
		for col := range min(c.Stride, c.Width) {
			p.convPhase(m, c, batch, row, col)
		}
	}
}

// convPhase computes the positions of convBack whose row and column are (row,col) modulo the stride.
func (p *patchProduct) convPhase(m kernels.Mem[float32], c kernels.Convolution, batch, row, col int) {
	s := c.Stride
	first := taps{width: c.KernelWidth, outputs: c.Outputs, row: (row + c.Pad) % s, col: (col + c.Pad) % s, stride: s}
	if first.row >= c.KernelHeight || first.col >= c.KernelWidth {
		return
	}
	p.taps = first
	p.taps.rows, p.taps.cols = count(c.KernelHeight-first.row, s), count(c.KernelWidth-first.col, s)
	p.phase = spread{c.Height, c.Width, count(c.Height-row, s), count(c.Width-col, s), s, row, col}
	p.a = patches{m.F[1], m.N[4], m.N[5], c.Outputs, p.phase.rows, p.phase.cols, p.taps.rows, p.taps.cols, 1,
		(row+c.Pad)/s - p.taps.rows + 1, (col+c.Pad)/s - p.taps.cols + 1}
	p.positions = batch * p.phase.rows * p.phase.cols
	p.setB(m.F[2], p.packTaps)
	if w := p.winogradOf(); w != nil {
		_, nr := p.isa.tileSize()
		p.multiplyWinograd(w, rowsOf{p.panels, nr, p.a.values() * nr})
		return
	}
	p.multiply()
}
