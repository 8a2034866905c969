package kernels

import "gorgonia.org/tensor"

// The kernels of batch normalisation take x (groups·rows, cols). Each group of rows is a batch of its
// own: the rows of real images, and those of fake ones. A tensor of statistics (groups, cols) has a
// value for each column of each batch.

// batchColumns is the number of columns that a piece of work on a batch has.
const batchColumns = 16

var batchMoments = Kernel{
	Name: "batch_moments", Params: []Param{out("mean"), out("variance"), in("x")}, Sizes: batchSizes,
	Lens:  func(n []int) []int { return []int{n[0] * n[2], n[0] * n[2], n[0] * n[1] * n[2]} },
	Items: batchItems(2), Grid: batchGrid, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		mean, variance, x, n := m.F[0], m.F[1], m.F[2], float64(m.N[1])
		for item := lo; item < hi; item++ {
			b := batchColumnsOf(m.N, item)
			var sum, squares [batchColumns]float64
			for at := b.first; at < b.end; at += b.cols {
				for j, v := range x[at:][:b.n] {
					sum[j] += float64(v)
					squares[j] += float64(v) * float64(v)
				}
			}
			for j := range b.n {
				average := sum[j] / n
				spread := squares[j]/n - average*average
				if spread < 0 {
					spread = 0
				}
				mean[b.stats+j], variance[b.stats+j] = float32(average), float32(spread)
			}
		}
	},
	F64: func(m Mem[float64]) {
		mean, variance, x, rows, cols := m.F[0], m.F[1], m.F[2], m.N[1], m.N[2]
		clear(mean)
		clear(variance)
		for i, v := range x {
			mean[i/cols/rows*cols+i%cols] += v / float64(rows)
		}
		for i, v := range x {
			d := v - mean[i/cols/rows*cols+i%cols]
			variance[i/cols/rows*cols+i%cols] += d * d / float64(rows)
		}
	},
}

// BatchMoments writes the mean and the variance of each column of each batch to mean and variance
// (groups, cols), for x (groups·rows, cols). The variance is the mean square of the distance from
// the mean.
func BatchMoments(dev Device, mean, variance, x *tensor.Dense) error {
	return dev.Launch(&batchMoments, Args{Tensors: []*tensor.Dense{mean, variance, x}, Sizes: batchSizesOf(x, mean)})
}

var batchSizes = []string{"groups", "rows", "cols"}

// batchSizesOf returns the sizes for x (groups·rows, cols) and statistics (groups, cols).
func batchSizesOf(x, stats *tensor.Dense) []int {
	groups, all := stats.Shape()[0], rowsCols(x)
	return []int{groups, all[0] / groups, all[1]}
}

// batchItems is Items for work whose columns are independent.
func batchItems(cost int) func([]int) (int, int) {
	return func(n []int) (int, int) {
		return n[0] * ((n[2] + batchColumns - 1) / batchColumns), n[1] * batchColumns * cost
	}
}

// batchGrid is one block for each 16 columns of each group; thread t takes rows t/16, t/16+64, ….
func batchGrid(n []int) Grid { return Grid{n[0] * ((n[2] + batchColumns - 1) / batchColumns), 1024} }

// batchPiece is some columns of a batch.
type batchPiece struct {
	n          int // columns
	first, end int // the first column's element in the batch's first row, and the end of the batch
	cols       int // from row to row
	stats      int // the first column's element in statistics
}

// batchColumnsOf returns piece item of batchItems for the sizes n.
func batchColumnsOf(n []int, item int) batchPiece {
	rows, cols := n[1], n[2]
	across := (cols + batchColumns - 1) / batchColumns
	group, col := item/across, item%across*batchColumns
	return batchPiece{min(batchColumns, cols-col), group*rows*cols + col, (group + 1) * rows * cols, cols, group*cols + col}
}
