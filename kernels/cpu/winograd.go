package cpu

// Winograd's forms make 4x4 neighbouring positions of a convolution at once. F(4x4,2x2), for kernels of 2x2 taps, takes 25
// multiplications a channel instead of 64. F(4x4,3x3), for 3x3 taps, takes 36 instead of 144. The sources are Winograd,
// "Arithmetic Complexity of Computations" (1980), and Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks" (2016), section 4.
//
// In one dimension, take the pixels d, the last one first, and the taps w as coefficients of polynomials. The four positions y
// are coefficients of their product, and follow from its values m = V·U at the points 1, -1, 1/2, -1/2, with three taps 0 too, and ∞:
//
//	2 taps                                      3 taps
//	V(±1)   = (d2 - d0/4) ± (d3 - d1/4)         V(±1)   = (d4 - d2/4) ± (d3 - d1/4)
//	V(±1/2) = (d2 - d0)/2 ± (d3 - d1)           V(±1/2) = (d4 - d2) ± (d3 - d1)/2
//	                                            V(0)    = (d4 - d2) - (d2 - d0)/4
//	V(∞)    = (d4 - d2) - (d2 - d0)/4           V(∞)    = (d5 - d3) - (d3 - d1)/4
//
//	U(±1)   = 2/3·(w0 ± w1)                     U(±1)   = 2/3·(w0 + w2 ± w1)
//	U(±1/2) = 2/3·(w0 ± w1/2)                   U(±1/2) = 2/3·(w0 + w2/4 ± w1/2)
//	                                            U(0)    = 2/3·w0
//	U(∞)    = w1                                U(∞)    = w2
//
// With A = m(1) + m(-1), B = m(1/2) + m(-1/2), C = m(1) - m(-1), and D = m(1/2) - m(-1/2):
//
//	y0 = A - 2B                                 y0 = A - 4B + 6m(0)
//	y1 = C - D                                  y1 = C - 2D
//	y2 = A - B/2                                y2 = A - B
//	y3 = C - D/4 + m(∞)                         y3 = C - D/2 + m(∞)
//
// The same with rows and columns in turn makes 4x4 positions. A kernel of 4x4 taps with a stride of 2 is four kernels of 2x2, one for each
// phase of the image: all even rows and columns, and so on. At the edge of an image a square may have three
// positions in a direction. These need no m(∞).
//
// So a product of patches becomes 25 or 36 products of transformed patches and transformed weights, one for each m.
// The transforms go down the columns first. An element of each product is one fma chain along k from 0,
// as of any product. Neither the blocks nor the number of workers change it.
//
// The gradient at the weights turns the last two transforms round. The gradients at y take the part of w, and the
// taps that of y. The values at the points become y0 + y2 ± (y1 + y3) and so on. The factors of m stay.
//
// With these points every factor but 2/3 and 6 is a power of 2, and most steps of a transform are additions. TestWinogradError has
// the theory of the rounding errors.

const (
	// winogradChannels is the fewest channels, on both sides, for which Winograd's products are faster: the
	// transforms take as long for any number of channels on the other side.
	winogradChannels = 32
	squareSide       = 4                                           // positions of a square
	mostProducts     = (squareSide + 3 - 1) * (squareSide + 3 - 1) // of F(4x4,3x3)
)

// winograd are the transforms of n channels by one form. The vectors of squares of pixels, taps or positions lie at pointers, row by
// row, and those of products a step apart.
type winograd struct {
	taps                  int // of a kernel, in each direction
	input, weights, grads func(n int, from **float32, ahead int, to *float32, step int)
	output, kernel        func(n int, from *float32, step int, to **float32)
}

// side returns the number of products, and of pixels of a square, in each direction.
func (w *winograd) side() int { return squareSide + w.taps - 1 }

func (w *winograd) products() int { return w.side() * w.side() }

// winogradOf returns the form by which the product of the patches and a matrix of n columns is computed, or nil. That depends on the
// shape alone, and not on the batch, so an image is the same in any batch.
func (p *patchProduct) winogradOf() *winograd {
	a := &p.a
	taps := a.tapRows / a.stride
	if a.tapRows != a.tapCols || a.tapRows%a.stride != 0 || taps < 2 || taps > 3 || a.stride > 2 ||
		min(a.channels, p.n) < winogradChannels || !inSquares(a.rows) || !inSquares(a.cols) {
		return nil
	}
	return &p.isa.winograd[taps-2]
}

// inSquares reports whether a side is a sum of squares' sides, which are 4 or 3.
func inSquares(side int) bool { return side >= 3 && side != 5 }

// squaresAlong returns how many squares of 4 positions, and of 3, a side is divided into.
func squaresAlong(side int) (n [2]int) {
	n[1] = (squareSide - side%squareSide) % squareSide
	n[0] = (side - n[1]*(squareSide-1)) / squareSide
	return n
}

// squares are the squares of some images, each kind after the other. Bit 0 of a kind is set if it has three columns of positions, and
// bit 1 if it has three rows. An element is the number of the first one of a kind, and the last element that of all.
type squares [5]int

// squaresOf returns the squares of the positions of some images.
func (p *patches) squaresOf(images int) (s squares) {
	rows, cols := squaresAlong(p.rows), squaresAlong(p.cols)
	for kind := range 4 {
		s[kind+1] = s[kind] + images*rows[kind>>1]*cols[kind&1]
	}
	return s
}

// needed returns those of n squares from the first on that are of a kind, if it needs product e. A square of three columns
// needs no product of the last column, and one of three rows none of the last row.
func (s *squares) needed(kind, e, side, first, n int) (from, end int) {
	if kind&1 != 0 && e%side == side-1 || kind&2 != 0 && e/side == side-1 {
		return 0, 0
	}
	return max(s[kind]-first, 0), min(s[kind+1]-first, n)
}

// need reports whether any square needs product e.
func (s *squares) need(e, side int) bool {
	for kind := range 4 {
		if from, end := s.needed(kind, e, side, 0, s[4]); from < end {
			return true
		}
	}
	return false
}

// square is the place of a square: an image, the first row and column of its positions, and their numbers.
type square struct{ image, row, col, rows, cols int }

// appendSquares appends the squares of some images to to, in their order.
func (p *patches) appendSquares(to []square, images int) []square {
	rows, cols := squaresAlong(p.rows), squaresAlong(p.cols)
	for kind := range 4 {
		height, width := squareSide-kind>>1, squareSide-kind&1
		top, left := kind>>1*rows[0]*squareSide, kind&1*cols[0]*squareSide
		for b := range images {
			for i := range rows[kind>>1] {
				for j := range cols[kind&1] {
					to = append(to, square{b, top + i*height, left + j*width, height, width})
				}
			}
		}
	}
	return to
}

// origin returns where the first pixel of a square would be in the images.
func (p *patches) origin(q square) int {
	return ((q.image*p.height+q.row*p.stride)*p.width + q.col*p.stride) * p.channels
}

// pixelsOf sets d to the side x side pixels of a phase of the image that a square is made of, from a channel on. Those outside the image are zeros.
func (p *patches) pixelsOf(d *[mostProducts]*float32, side int, q square, phase, channel int, zeros *float32) {
	top, left := q.row*p.stride+p.top+phase/p.stride, q.col*p.stride+p.left+phase%p.stride
	for r := range side {
		row := top + r*p.stride
		line := d[r*side:][:side]
		if row < 0 || row >= p.height {
			for c := range line {
				line[c] = zeros
			}
			continue
		}
		pixels := p.images[(q.image*p.height+row)*p.width*p.channels:][:p.width*p.channels]
		for c := range line {
			line[c] = zeros
			if col := left + c*p.stride; col >= 0 && col < p.width {
				line[c] = &pixels[col*p.channels+channel]
			}
		}
	}
}

// tapOf returns the row of the weights that belongs to a channel and to one of the taps of a phase.
func (p *patches) tapOf(phase, row, col, channel int) int {
	row, col = row*p.stride+phase/p.stride, col*p.stride+phase%p.stride
	return (row*p.tapCols+col)*p.channels + channel
}
