//go:build amd64 && !purego

package kernels

// The passes down the columns in vector instructions: four vectors of columns abreast as
// long as there are so many, then one, of which the last may be a part.

func vectorGrad(lanes int, columns func(rows, stride, n int, d, dbias, y, slope *float32)) body {
	return func(m Mem[float32], lo, hi int) {
		d, dbias, y, rows, cols := m.F[0], m.F[1], m.F[2], m.N[0], m.N[1]
		slope := &dbias[0] // what a sigmoid gets, and does not use
		if len(m.S) > 0 {
			slope = &m.S[0]
		}
		eachRun(rows, func(run, first, of int) {
			at := first * cols
			for c := lo; c < hi; {
				n := abreast(lanes, hi-c)
				columns(of, cols, n, &d[at+c], &dbias[run*cols+c], &y[at+c], slope)
				c += n
			}
		})
	}
}

func vectorSums(lanes int, columns func(rows, stride, n int, d, dbias *float32)) body {
	return func(m Mem[float32], lo, hi int) {
		sumAbreast(lanes, columns, m.F[0], m.F[1], m.N[0], m.N[1], lo, hi)
	}
}

// sumAbreast is sumColumns.
func sumAbreast(lanes int, columns func(rows, stride, n int, d, dbias *float32), dbias, d []float32, rows, cols, lo, hi int) {
	eachRun(rows, func(run, first, of int) {
		for c := lo; c < hi; {
			n := abreast(lanes, hi-c)
			columns(of, cols, n, &d[first*cols+c], &dbias[run*cols+c])
			c += n
		}
	})
}

// abreast is how many of n columns to take at once.
func abreast(lanes, n int) int {
	if n >= 4*lanes {
		return 4 * lanes
	}
	return min(n, lanes)
}
