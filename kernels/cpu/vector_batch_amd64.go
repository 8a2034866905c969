//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// The bodies of batch normalisation, in vector instructions. A pass takes batchRows rows of one piece of
// columns after the other, so that the memory of all pieces is read in its order.

const (
	batchPieces = 16 // that are worked on together
	batchRows   = 32
)

// batchTable has rows of values for the columns of a piece: see scripts/asmgen/batch.go.
type batchTable [4][kernels.BatchColumns]float64

type batchTables [batchPieces]batchTable

// eachBatch calls prepare for each of the pieces lo to hi-1 of the sizes n, then do for their rows,
// batchRows or fewer at a time, and then finish. at is the element of the first column in the first of
// the rows.
func eachBatch(unused spares[batchTables], n []int, lo, hi int, prepare func(p kernels.BatchPiece, t *batchTable),
	do func(rows, stride, cols, at int, t *batchTable), finish func(p kernels.BatchPiece, t *batchTable)) {
	tables := unused.take()
	defer unused.give(tables)
	for ; lo < hi; lo += batchPieces {
		end := min(lo+batchPieces, hi)
		for i := lo; i < end; i++ {
			prepare(kernels.BatchPieceOf(n, i), &tables[i-lo])
		}
		for row := 0; row < n[1]; row += batchRows {
			for i := lo; i < end; i++ {
				p := kernels.BatchPieceOf(n, i)
				do(min(batchRows, p.Rows-row), p.Stride, p.Cols, p.First+row*p.Stride, &tables[i-lo])
			}
		}
		for i := lo; i < end; i++ {
			finish(kernels.BatchPieceOf(n, i), &tables[i-lo])
		}
	}
}

func noFinish(kernels.BatchPiece, *batchTable) {}

func vectorBatchMoments(add func(rows, stride, n int, x *float32, columns *float64)) kernels.Body {
	unused := newSpares[batchTables]()
	return func(m kernels.Mem[float32], lo, hi int) {
		x := m.F[2]
		eachBatch(unused, m.N, lo, hi,
			func(_ kernels.BatchPiece, t *batchTable) { clear(t[:2]) },
			func(rows, stride, cols, at int, t *batchTable) { add(rows, stride, cols, &x[at], &t[0][0]) },
			func(p kernels.BatchPiece, t *batchTable) { p.WriteMoments(m, &t[0], &t[1]) })
	}
}

func vectorBatchNorm(write func(rows, stride, n int, y, x *float32, columns *float64)) kernels.Body {
	unused := newSpares[batchTables]()
	return func(m kernels.Mem[float32], lo, hi int) {
		y, x := m.F[0], m.F[1]
		eachBatch(unused, m.N, lo, hi,
			func(p kernels.BatchPiece, t *batchTable) { p.NormFactors(m, &t[0], &t[1]) },
			func(rows, stride, cols, at int, t *batchTable) { write(rows, stride, cols, &y[at], &x[at], &t[0][0]) },
			noFinish)
	}
}

func vectorBatchSums(add func(rows, stride, n int, d, x *float32, columns *float64)) kernels.Body {
	unused := newSpares[batchTables]()
	return func(m kernels.Mem[float32], lo, hi int) {
		d, x := m.F[2], m.F[3]
		eachBatch(unused, m.N, lo, hi,
			func(p kernels.BatchPiece, t *batchTable) {
				clear(t[:2])
				p.Middle(m, &t[2])
			},
			func(rows, stride, cols, at int, t *batchTable) { add(rows, stride, cols, &d[at], &x[at], &t[0][0]) },
			func(p kernels.BatchPiece, t *batchTable) { p.WriteSums(m, &t[0], &t[1]) })
	}
}

func vectorBatchGrad(replace func(rows, stride, n int, d, x *float32, columns *float64)) kernels.Body {
	unused := newSpares[batchTables]()
	return func(m kernels.Mem[float32], lo, hi int) {
		d, x := m.F[0], m.F[1]
		eachBatch(unused, m.N, lo, hi,
			func(p kernels.BatchPiece, t *batchTable) { p.GradFactors(m, &t[0], &t[1], &t[2], &t[3]) },
			func(rows, stride, cols, at int, t *batchTable) { replace(rows, stride, cols, &d[at], &x[at], &t[0][0]) },
			noFinish)
	}
}
