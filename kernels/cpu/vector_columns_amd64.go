//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// The bodies that sum columns, in vector instructions. They take strips of columns: four vectors
// wide as long as there are so many columns, then one vector wide. The last strip may be
// narrower. A single column would be one value a vector: its values are taken as a row, and then summed
// in their order.

func vectorGrad(lanes int, columns func(rows, stride, n int, d, dbias, y, slope *float32)) kernels.Body {
	unused := newTiles()
	return func(m kernels.Mem[float32], lo, hi int) {
		d, dbias, y, rows, cols := m.F[0], m.F[1], m.F[2], m.N[0], m.N[1]
		slope := &dbias[0] // a sigmoid does not use it
		if len(m.S) > 0 {
			slope = &m.S[0]
		}
		if cols == 1 {
			sums := unused.take()
			defer unused.give(sums)
			eachStrip(lanes, 1, len(d), 0, len(d), func(_, n, at, _ int) { columns(1, n, n, &d[at], &sums[0], &y[at], slope) })
			sumColumn(dbias, d)
			return
		}
		eachStrip(lanes, rows, cols, lo, hi, func(of, n, at, sum int) {
			columns(of, cols, n, &d[at], &dbias[sum], &y[at], slope)
		})
	}
}

// sumColumn sums the groups of rows of d (rows, 1) in the order of the rows.
func sumColumn(dbias, d []float32) {
	kernels.EachPartial(len(d), func(partial, first, of int) {
		sum := 0.0
		for _, v := range d[first:][:of] {
			sum += float64(v)
		}
		dbias[partial] = float32(sum)
	})
}

func vectorSums(lanes int, columns func(rows, stride, n int, d, dbias *float32)) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) {
		sumAbreast(lanes, columns, m.F[0], m.F[1], m.N[0], m.N[1], lo, hi)
	}
}

// sumAbreast sums the columns lo to hi-1 of each group of rows of d (rows, cols), as LinearGrad
// does.
func sumAbreast(lanes int, columns func(rows, stride, n int, d, dbias *float32), dbias, d []float32, rows, cols, lo, hi int) {
	eachStrip(lanes, rows, cols, lo, hi, func(of, n, at, sum int) { columns(of, cols, n, &d[at], &dbias[sum]) })
}

// eachStrip calls do for each strip of the columns lo to hi-1 in each group of rows. of is the
// number of rows of the group, and n the number of columns of the strip. at is the index of the
// strip's first value, and sum the index of its first partial sum.
func eachStrip(lanes, rows, cols, lo, hi int, do func(of, n, at, sum int)) {
	kernels.EachPartial(rows, func(partial, first, of int) {
		for c := lo; c < hi; {
			n := min(hi-c, lanes)
			if hi-c >= 4*lanes {
				n = 4 * lanes
			}
			do(of, n, first*cols+c, partial*cols+c)
			c += n
		}
	})
}
