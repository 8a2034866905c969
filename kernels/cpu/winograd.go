package cpu

import "unsafe"

// Winograd's F(2x2,2x2) makes 2x2 neighbouring positions of a convolution with kernels of 2x2 taps in 9
// multiplications a channel instead of 16 (Winograd, "Arithmetic Complexity of Computations", 1980; Lavin &
// Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, section 4.1). In one dimension, from a
// patch d of 3 values and a kernel w of 2 taps:
//
//	y0 = d0·w0 + d1·w1 = m0 + m1    where  m0 = (d0-d1)·w0
//	y1 = d1·w0 + d2·w1 = m1 - m2           m1 = d1·(w0+w1)
//	                                       m2 = (d1-d2)·w1
//
// The same with rows and columns in turn makes 2x2 positions of a patch of 3x3. A kernel of 4x4 taps with a
// stride of 2 is four such kernels, one for each phase of the image: all even rows and columns, and so on.
//
// So a product of patches becomes 9 products of transformed patches and transformed weights, one for each
// m. The transforms go down the columns first. An element of each product is one fma chain along k from 0,
// as of any product. A result is made of 9 such elements. Neither the blocks nor the number of workers change
// it. Its rounding error is about that of the plain sum: TestWinogradError has the theory.
//
// The gradient at the weights has the same form: y of 2x2 positions takes the part of the kernel.

// winograd are the transforms of n channels. Element i of m, u or v is the vector at i times ms, us or vs.
type winograd struct {
	input   func(n int, d *[9]*float32, v *float32, vs int)
	weights func(n int, w *[4]*float32, u *float32, us int)
	output  func(n int, m *float32, ms int, y *[4]*float32)
}

const (
	// winogradChannels is the fewest channels, on both sides, for which Winograd's products are faster: the
	// transforms take as long for any number of channels on the other side.
	winogradChannels = 32
	products         = 9 // of F(2x2,2x2)
)

// suitsWinograd reports whether the product of the patches and a matrix of n columns is computed by
// F(2x2,2x2): if there are enough channels, and three quarters of the multiplications or fewer. The batch does not matter,
// so an image is the same in any batch.
func (p *patches) suitsWinograd(n int) bool {
	return p.tapRows == 2*p.stride && p.tapCols == 2*p.stride && p.stride <= 2 &&
		p.channels >= winogradChannels && n >= winogradChannels && p.rows >= 2 && p.cols >= 2 &&
		(p.rows/2*3+p.rows%2*2)*(p.cols/2*3+p.cols%2*2) <= 3*p.rows*p.cols
}

// squares are the squares of some images, each kind after the other: whole ones, and at odd sides those of two
// rows and one column, of one row and two columns, and of one position. Bit 0 of a kind is set if it has one column, and
// bit 1 if it has one row. An element is the number of the first one of a kind, and the last element that of all.
type squares [5]int

// squaresOf returns the squares of the positions of some images.
func (p *patches) squaresOf(images int) (s squares) {
	rows, cols := [2]int{p.rows / 2, p.rows % 2}, [2]int{p.cols / 2, p.cols % 2}
	for kind := range 4 {
		s[kind+1] = s[kind] + images*rows[kind>>1]*cols[kind&1]
	}
	return s
}

// needed returns those of n squares from the first on that are of a kind, if it needs product e. A square of one column
// needs no product of the last column, and one of one row none of the last row.
func (s *squares) needed(kind, e, first, n int) (from, end int) {
	if kind&1 != 0 && e%3 == 2 || kind&2 != 0 && e/3 == 2 {
		return 0, 0
	}
	return max(s[kind]-first, 0), min(s[kind+1]-first, n)
}

// square returns the image, and the first row and column of positions, of a square.
func (p *patches) square(s *squares, number int) (b, i, j int) {
	kind := 0
	for number >= s[kind+1] {
		kind++
	}
	rows, cols := p.rows/2, p.cols/2
	if kind&1 != 0 {
		cols, j = 1, p.cols-1
	}
	if kind&2 != 0 {
		rows, i = 1, p.rows-1
	}
	number -= s[kind]
	return number / (rows * cols), i + number/cols%rows*2, j + number%cols*2
}

// square3x3 sets d to the 3x3 pixels of a phase of the image that a square is made of. Those outside the image are zeros.
func (p *patches) square3x3(d *[9]*float32, b, i, j, phase, channel int, zeros *float32) {
	top, left := i*p.stride+p.top+phase/p.stride, j*p.stride+p.left+phase%p.stride
	for r := range 3 {
		for c := range 3 {
			row, col := top+r*p.stride, left+c*p.stride
			d[3*r+c] = zeros
			if row >= 0 && row < p.height && col >= 0 && col < p.width {
				d[3*r+c] = &p.images[((b*p.height+row)*p.width+col)*p.channels+channel]
			}
		}
	}
}

// tapOf returns the row of the weights that belongs to a channel and to one of the 2x2 taps of a phase.
func (p *patches) tapOf(phase, tap, channel int) int {
	row, col := tap/2*p.stride+phase/p.stride, tap%2*p.stride+phase%p.stride
	return (row*p.tapCols+col)*p.channels + channel
}

func winogradInputGo(n int, d *[9]*float32, v *float32, vs int) {
	to := unsafe.Slice(v, 8*vs+n)
	for i := range n {
		var t [3][3]float32
		for c := range 3 {
			d0, d1, d2 := channel(d[c], i), channel(d[3+c], i), channel(d[6+c], i)
			t[0][c], t[1][c], t[2][c] = d0-d1, d1, d1-d2
		}
		for r, t := range t {
			to[3*r*vs+i], to[(3*r+1)*vs+i], to[(3*r+2)*vs+i] = t[0]-t[1], t[1], t[1]-t[2]
		}
	}
}

func winogradWeightsGo(n int, w *[4]*float32, u *float32, us int) {
	to := unsafe.Slice(u, 8*us+n)
	for i := range n {
		var t [3][2]float32
		for c := range 2 {
			w0, w1 := channel(w[c], i), channel(w[2+c], i)
			t[0][c], t[1][c], t[2][c] = w0, w0+w1, w1
		}
		for r, t := range t {
			to[3*r*us+i], to[(3*r+1)*us+i], to[(3*r+2)*us+i] = t[0], t[0]+t[1], t[1]
		}
	}
}

func winogradOutputGo(n int, m *float32, ms int, y *[4]*float32) {
	from := unsafe.Slice(m, 8*ms+n)
	for i := range n {
		var t [2][3]float32
		for c := range 3 {
			m0, m1, m2 := from[c*ms+i], from[(3+c)*ms+i], from[(6+c)*ms+i]
			t[0][c], t[1][c] = m0+m1, m1-m2
		}
		for r, t := range t {
			unsafe.Slice(y[2*r], n)[i], unsafe.Slice(y[2*r+1], n)[i] = t[0]+t[1], t[1]-t[2]
		}
	}
}

func channel(p *float32, i int) float32 { return unsafe.Slice(p, i+1)[i] }
