//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// The passes down the columns in vector instructions: four vectors of columns abreast as
// long as there are so many, then one, of which the last may be a part.

func vectorGrad(lanes int, columns func(rows, stride, n int, d, dbias, y, slope *float32)) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) {
		d, dbias, y, rows, cols := m.F[0], m.F[1], m.F[2], m.N[0], m.N[1]
		slope := &dbias[0] // what a sigmoid gets, and does not use
		if len(m.S) > 0 {
			slope = &m.S[0]
		}
		eachStrip(lanes, rows, cols, lo, hi, func(of, n, at, sum int) {
			columns(of, cols, n, &d[at], &dbias[sum], &y[at], slope)
		})
	}
}

func vectorSums(lanes int, columns func(rows, stride, n int, d, dbias *float32)) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) {
		sumAbreast(lanes, columns, m.F[0], m.F[1], m.N[0], m.N[1], lo, hi)
	}
}

// sumAbreast sums the columns lo to hi-1 of each run of d (rows, cols), as LinearGrad does.
func sumAbreast(lanes int, columns func(rows, stride, n int, d, dbias *float32), dbias, d []float32, rows, cols, lo, hi int) {
	eachStrip(lanes, rows, cols, lo, hi, func(of, n, at, sum int) { columns(of, cols, n, &d[at], &dbias[sum]) })
}

// eachStrip calls do for each run of the rows and as many of the columns lo to hi-1 as are
// taken at once: the run's rows, how many columns, and where the first value and the first
// sum lie.
func eachStrip(lanes, rows, cols, lo, hi int, do func(of, n, at, sum int)) {
	kernels.EachRun(rows, func(run, first, of int) {
		for c := lo; c < hi; {
			n := min(hi-c, lanes)
			if hi-c >= 4*lanes {
				n = 4 * lanes
			}
			do(of, n, first*cols+c, run*cols+c)
			c += n
		}
	})
}
