package cpu_test

// winogradSums are the chains of the products of F(4x4,taps x taps), with the transforms of Lavin & Gray (2016)
// at the points 1, -1, 1/2, -1/2, with 3 taps 0, and infinity. They are applied to the columns first.
type winogradSums struct {
	step   link
	taps   int
	grads  bool // the sums are the gradients of taps
	values [6][6]float32
}

func (f *winogradSums) side() int { return f.taps + 3 }

// add adds the products of a square of pixels, and of taps or of the gradients at 4x4 positions.
func (f *winogradSums) add(d, w [6][6]float32) {
	right := f.weights
	if f.grads {
		right = f.gradients
	}
	v, u := transformed(f.pixels, d), transformed(right, w)
	each(f.side(), f.side(), 1, func(r, c, _ int) { f.values[r][c] = f.step(v[r][c], u[r][c], f.values[r][c]) })
}

// square returns the results, 4x4 positions or the taps.
func (f *winogradSums) square() [6][6]float32 {
	if f.grads {
		return transformed(f.kernel, f.values)
	}
	return transformed(f.positions, f.values)
}

// transformed applies a line to the columns of a square, and then to the rows.
func transformed(line func(x [6]float32) [6]float32, square [6][6]float32) [6][6]float32 {
	for range 2 {
		var next [6][6]float32
		for c := range 6 {
			column := [6]float32{square[0][c], square[1][c], square[2][c], square[3][c], square[4][c], square[5][c]}
			if column != [6]float32{} {
				next[c] = line(column) // transposed, so that the second time is along the rows
			}
		}
		square = next
	}
	return square
}

func (f *winogradSums) pixels(d [6]float32) [6]float32 {
	if f.taps == 2 {
		even, odd := f.step(-0.25, d[0], d[2]), f.step(-0.25, d[1], d[3])
		half, whole := d[2]-d[0], d[3]-d[1]
		return [6]float32{even + odd, even - odd, f.step(0.5, half, whole), f.step(0.5, half, -whole), f.step(-0.25, d[2]-d[0], d[4]-d[2])}
	}
	even, odd := f.step(-0.25, d[2], d[4]), f.step(-0.25, d[1], d[3])
	half, whole := d[3]-d[1], d[4]-d[2]
	return [6]float32{even + odd, even - odd, f.step(0.5, half, whole), f.step(-0.5, half, whole),
		f.step(-0.25, d[2]-d[0], d[4]-d[2]), f.step(-0.25, d[3]-d[1], d[5]-d[3])}
}

func (f *winogradSums) weights(w [6]float32) [6]float32 {
	const scale = 2. / 3
	s0, s1, s2 := scale*w[0], scale*w[1], scale*w[2]
	if f.taps == 2 {
		return [6]float32{s0 + s1, s0 - s1, f.step(0.5, s1, s0), f.step(-0.5, s1, s0), w[1]}
	}
	half := f.step(0.25, s2, s0)
	return [6]float32{s0 + s2 + s1, s0 + s2 - s1, f.step(0.5, s1, half), f.step(-0.5, s1, half), s0, w[2]}
}

func (f *winogradSums) positions(m [6]float32) [6]float32 {
	sum1, sumHalf, diff1, diffHalf := m[0]+m[1], m[2]+m[3], m[0]-m[1], m[2]-m[3]
	if f.taps == 2 {
		return [6]float32{f.step(-2, sumHalf, sum1), diff1 - diffHalf, f.step(-0.5, sumHalf, sum1), f.step(-0.25, diffHalf, diff1+m[4])}
	}
	return [6]float32{f.step(-4, sumHalf, f.step(6, m[4], sum1)), f.step(-2, diffHalf, diff1), sum1 - sumHalf, f.step(-0.5, diffHalf, diff1+m[5])}
}

func (f *winogradSums) gradients(d [6]float32) [6]float32 {
	even, odd := f.step(0.25, d[2], d[0]), f.step(0.25, d[3], d[1])
	u := [6]float32{d[0] + d[2] + (d[1] + d[3]), d[0] + d[2] - (d[1] + d[3]), f.step(0.5, odd, even), f.step(-0.5, odd, even), d[3]}
	if f.taps == 3 {
		u[4], u[5] = d[0], d[3]
	}
	return u
}

func (f *winogradSums) kernel(m [6]float32) [6]float32 {
	const scale = 2. / 3
	sum1, sumHalf, diff1, diffHalf := m[0]+m[1], m[2]+m[3], m[0]-m[1], m[2]-m[3]
	if f.taps == 2 {
		return [6]float32{scale * f.step(-2, sumHalf, sum1), f.step(scale, diff1-diffHalf, m[4])}
	}
	return [6]float32{scale * f.step(-4, sumHalf, f.step(6, m[4], sum1)), scale * f.step(-2, diffHalf, diff1), f.step(scale, sum1-sumHalf, m[5])}
}

// squareOfSide is a row or column of squares along a side: the first position, and whether there are 3 instead of 4.
type squareOfSide struct{ first, short int }

// squaresOfSide divides a side into squares of 4, and as few of 3 as make up the rest. It returns nil if that cannot be.
func squaresOfSide(side int) (s []squareOfSide) {
	for short := 0; 3*short <= side; short++ {
		if (side-3*short)%4 != 0 {
			continue
		}
		for at := 0; at < side; {
			if at < side-3*short {
				s = append(s, squareOfSide{at, 0})
				at += 4
				continue
			}
			s = append(s, squareOfSide{at, 1})
			at += 3
		}
		return s
	}
	return nil
}

// winogradImages returns images (batch, rows, cols, n). terms adds what value o of the 4x4 positions
// from (i,j) on is made of.
func winogradImages(taps, batch, rows, cols, n int, terms func(b, i, j, o int, add func(d, w [6][6]float32)), step link) []float32 {
	y := make([]float32, batch*rows*cols*n)
	down, across := squaresOfSide(rows), squaresOfSide(cols)
	each(batch, len(down)*len(across), n, func(b, square, o int) {
		sums := winogradSums{step: step, taps: taps}
		i, j := down[square/len(across)].first, across[square%len(across)].first
		terms(b, i, j, o, sums.add)
		for r, line := range sums.square() {
			for c, v := range line {
				if r < 4-down[square/len(across)].short && c < 4-across[square%len(across)].short {
					y[((b*rows+i+r)*cols+j+c)*n+o] = v
				}
			}
		}
	})
	return y
}

// squareOf returns the first rows and columns of a square.
func squareOf(side int, at func(row, col int) float32) (d [6][6]float32) {
	each(side, side, 1, func(r, c, _ int) { d[r][c] = at(r, c) })
	return d
}
