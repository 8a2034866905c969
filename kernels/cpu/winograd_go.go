package cpu

import "unsafe"

// values are a line of a square, and line makes one of another.
type (
	values [squareSide + 2]float32
	line   func(x values) values
)

// transformGo applies a line to the columns of a square and then to the rows of what came of that. The sides of the squares are from and to.
func transformGo(line line, from, to int, value func(row, col int) float32, set func(row, col int, x float32)) {
	var columns [squareSide + 2]values
	for col := range from {
		var x values
		for row := range from {
			x[row] = value(row, col)
		}
		columns[col] = line(x)
	}
	for row := range to {
		var x values
		for col := range from {
			x[col] = columns[col][row]
		}
		x = line(x)
		for col := range to {
			set(row, col, x[col])
		}
	}
}

// gatherGo returns a transform from vectors at pointers to vectors a step apart.
func gatherGo(line line, from, to int) func(n int, at **float32, _ int, dst *float32, step int) {
	return func(n int, at **float32, _ int, dst *float32, step int) {
		source, target := unsafe.Slice(at, from*from), unsafe.Slice(dst, (to*to-1)*step+n)
		for i := range n {
			transformGo(line, from, to,
				func(row, col int) float32 { return unsafe.Slice(source[row*from+col], n)[i] },
				func(row, col int, x float32) { target[(row*to+col)*step+i] = x })
		}
	}
}

// scatterGo returns a transform from vectors a step apart to vectors at pointers.
func scatterGo(line line, from, to int) func(n int, src *float32, step int, at **float32) {
	return func(n int, src *float32, step int, at **float32) {
		source, target := unsafe.Slice(src, (from*from-1)*step+n), unsafe.Slice(at, to*to)
		for i := range n {
			transformGo(line, from, to,
				func(row, col int) float32 { return source[(row*from+col)*step+i] },
				func(row, col int, x float32) { unsafe.Slice(target[row*to+col], n)[i] = x })
		}
	}
}

// winogradGo is the form of so many taps.
func winogradGo(taps int) winograd {
	const half, quarter, scale = 1. / 2, 1. / 4, float32(2. / 3)
	side, z := squareSide+taps-1, taps-2
	last := side - 1
	// fma rounds the product, as every product of pureGo.
	fma := func(x, y, z float32) float32 { return float32(x*y) + z }
	input := func(d values) (v values) {
		alone := func(at int) float32 { return fma(-quarter, d[at+2]-d[at], d[at+4]-d[at+2]) }
		p, q := fma(-quarter, d[1+z], d[3+z]), fma(-quarter, d[z], d[2+z])
		r, s := d[3+z]-d[1+z], d[2+z]-d[z]
		v[0], v[1], v[2], v[3] = p+q, p-q, fma(half, s, r), fma(-half, s, r)
		if taps == 2 {
			v[1], v[3] = -v[1], -v[3]
		}
		v[4], v[last] = alone(0), alone(z)
		return v
	}
	weights := func(w values) (u values) {
		s0, odd := w[0]*scale, w[1]*scale
		even, evenHalf := s0, s0
		if taps == 3 {
			s2 := w[2] * scale
			even, evenHalf = s0+s2, fma(quarter, s2, s0)
		}
		u[0], u[1], u[2], u[3] = even+odd, even-odd, fma(half, odd, evenHalf), fma(-half, odd, evenHalf)
		u[4], u[last] = s0, w[taps-1]
		return u
	}
	output := func(m values) (y values) {
		a, b, c, d := m[0]+m[1], m[2]+m[3], m[0]-m[1], m[2]-m[3]
		if taps == 2 {
			y[0], y[1], y[2], y[3] = fma(-2, b, a), c-d, fma(-half, b, a), fma(-quarter, d, c+m[last])
			return y
		}
		y[0], y[1], y[2], y[3] = fma(-4, b, fma(6, m[4], a)), fma(-2, d, c), a-b, fma(-half, d, c+m[last])
		return y
	}
	grads := func(d values) (u values) {
		even, odd := d[0]+d[2], d[1]+d[3]
		evenHalf, oddHalf := fma(quarter, d[2], d[0]), fma(quarter, d[3], d[1])
		u[0], u[1], u[2], u[3] = even+odd, even-odd, fma(half, oddHalf, evenHalf), fma(-half, oddHalf, evenHalf)
		u[4], u[last] = d[0], d[3]
		return u
	}
	kernel := func(m values) (w values) {
		a, b, c, d := m[0]+m[1], m[2]+m[3], m[0]-m[1], m[2]-m[3]
		if taps == 2 {
			w[0], w[1] = scale*fma(-2, b, a), fma(scale, c-d, m[last])
			return w
		}
		w[0], w[1], w[2] = scale*fma(-4, b, fma(6, m[4], a)), scale*fma(-2, d, c), fma(scale, a-b, m[last])
		return w
	}
	return winograd{taps, gatherGo(input, side, side), gatherGo(weights, taps, side), gatherGo(grads, squareSide, side),
		scatterGo(output, side, squareSide), scatterGo(kernel, side, taps)}
}
