//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// The bodies that sum columns, in vector instructions. They take strips of columns: four vectors
// wide as long as there are so many columns, then one vector wide. The last strip may be
// narrower. Rows of few columns would be few values a vector, so their values are taken as one row, and then
// summed in their order.

// columnsAsRow is the most columns that are taken as a row.
const columnsAsRow = 4

func vectorGrad(lanes int, columns func(rows, stride, n int, d, dbias, y, slope *float32)) kernels.Body {
	unused := newSpares[tile]()
	return func(m kernels.Mem[float32], lo, hi int) {
		d, dbias, y, rows, cols := m.F[0], m.F[1], m.F[2], m.N[0], m.N[1]
		slope := &dbias[0] // a sigmoid does not use it
		if len(m.S) > 0 {
			slope = &m.S[0]
		}
		var sums *tile
		if cols <= columnsAsRow {
			sums = unused.take()
			defer unused.give(sums)
		}
		kernels.EachPartial(rows, cols, lo, hi, func(s kernels.PartialSums) {
			if sums == nil || s.End-s.From < cols {
				eachStrip(lanes, cols, s, func(n, at, sum int) { columns(s.Rows, cols, n, &d[at], &dbias[sum], &y[at], slope) })
				return
			}
			of := s.Rows * cols
			row := kernels.PartialSums{Rows: 1, From: s.First * cols, End: s.First*cols + of}
			eachStrip(lanes, 0, row, func(n, at, _ int) { columns(1, n, n, &d[at], &sums[0], &y[at], slope) })
			sumFew(dbias[s.At:][:cols], d[s.First*cols:][:of])
		})
	}
}

// sumFew sums the columns of d (rows, len(sums)) in the order of the rows.
func sumFew(sums, d []float32) {
	var total [columnsAsRow]float64
	for cols := len(sums); len(d) > 0; d = d[cols:] {
		for j, v := range d[:cols] {
			total[j] += float64(v)
		}
	}
	for j := range sums {
		sums[j] = float32(total[j])
	}
}

func vectorSums(lanes int, columns func(rows, stride, n int, d, dbias *float32)) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) {
		sumAbreast(lanes, columns, m.F[0], m.F[1], m.N[0], m.N[1], lo, hi)
	}
}

// sumAbreast makes the partial sums lo to hi-1 of d (rows, cols), as LinearGrad does.
func sumAbreast(lanes int, columns func(rows, stride, n int, d, dbias *float32), dbias, d []float32, rows, cols, lo, hi int) {
	kernels.EachPartial(rows, cols, lo, hi, func(s kernels.PartialSums) {
		eachStrip(lanes, cols, s, func(n, at, sum int) { columns(s.Rows, cols, n, &d[at], &dbias[sum]) })
	})
}

// eachStrip calls do for each strip of the columns of s. n is the number of columns of the strip, at is the index
// of the strip's first value, and sum the index of its first partial sum.
func eachStrip(lanes, cols int, s kernels.PartialSums, do func(n, at, sum int)) {
	for c := s.From; c < s.End; {
		n := min(s.End-c, lanes)
		if s.End-c >= 4*lanes {
			n = 4 * lanes
		}
		do(n, s.First*cols+c, s.At+c-s.From)
		c += n
	}
}
