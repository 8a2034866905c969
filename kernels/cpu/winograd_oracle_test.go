package cpu_test

// f22Sums are the chains of the 9 products of F(2x2,2x2), with the transforms of Lavin & Gray (2016) for
// 2 taps in each direction. They are applied to the columns first.
type f22Sums struct {
	step link
	m    [3][3]float32
}

func (f *f22Sums) add(d [3][3]float32, w [2][2]float32) {
	var rowsD [3][3]float32
	var rowsW [3][2]float32
	for i := range 3 {
		rowsD[0][i], rowsD[1][i], rowsD[2][i] = d[0][i]-d[1][i], d[1][i], d[1][i]-d[2][i]
	}
	for i := range 2 {
		rowsW[0][i], rowsW[1][i], rowsW[2][i] = w[0][i], w[0][i]+w[1][i], w[1][i]
	}
	for r := range 3 {
		v, u := rowsD[r], rowsW[r]
		for i, product := range [3][2]float32{{v[0] - v[1], u[0]}, {v[1], u[0] + u[1]}, {v[1] - v[2], u[1]}} {
			f.m[r][i] = f.step(product[0], product[1], f.m[r][i])
		}
	}
}

// square returns the 2x2 results.
func (f *f22Sums) square() (y [4]float32) {
	var rows [2][3]float32
	for i := range 3 {
		rows[0][i], rows[1][i] = f.m[0][i]+f.m[1][i], f.m[1][i]-f.m[2][i]
	}
	for r, m := range rows {
		y[2*r], y[2*r+1] = m[0]+m[1], m[1]-m[2]
	}
	return y
}

// f22Images returns images (batch, rows, cols, n). terms adds what value o of the 2x2 positions
// from (i,j) on is made of.
func f22Images(batch, rows, cols, n int, terms func(b, i, j, o int, add func(d [3][3]float32, w [2][2]float32)), step link) []float32 {
	y := make([]float32, batch*rows*cols*n)
	each(batch, (rows+1)/2*((cols+1)/2), n, func(b, square, o int) {
		sums := f22Sums{step: step}
		i, j := square/((cols+1)/2)*2, square%((cols+1)/2)*2
		terms(b, i, j, o, sums.add)
		for at, v := range sums.square() {
			if row, col := i+at/2, j+at%2; row < rows && col < cols {
				y[((b*rows+row)*cols+col)*n+o] = v
			}
		}
	})
	return y
}

func square3(at func(row, col int) float32) (d [3][3]float32) {
	each(3, 3, 1, func(r, c, _ int) { d[r][c] = at(r, c) })
	return d
}

func square2(at func(row, col int) float32) (w [2][2]float32) {
	each(2, 2, 1, func(r, c, _ int) { w[r][c] = at(r, c) })
	return w
}
