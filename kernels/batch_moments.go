package kernels

import "gorgonia.org/tensor"

// The kernels of batch normalisation take x (groups·rows, cols). Each group of rows is a batch of its
// own: the rows of real images, and those of fake ones. A tensor of statistics (groups, cols) has a
// value for each column of each batch.

// BatchColumns is the number of columns that a piece of work on a batch has.
const BatchColumns = 16

var batchMoments = Kernel{
	Name: "batch_moments", Params: []Param{out("mean"), out("variance"), in("x")}, Sizes: batchSizes,
	Lens:  func(n []int) []int { return []int{n[0] * n[2], n[0] * n[2], n[0] * n[1] * n[2]} },
	Items: batchItems(2), Grid: batchGrid, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		x := m.F[2]
		for item := lo; item < hi; item++ {
			p := BatchPieceOf(m.N, item)
			var sum, squares [BatchColumns]float64
			for at := p.First; at < p.End(); at += p.Stride {
				for j, v := range x[at:][:p.Cols] {
					sum[j] += float64(v)
					squares[j] += float64(v) * float64(v)
				}
			}
			p.WriteMoments(m, &sum, &squares)
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
		return n[0] * ((n[2] + BatchColumns - 1) / BatchColumns), n[1] * BatchColumns * cost
	}
}

// batchGrid is one block for each 16 columns of each group; thread t takes rows t/16, t/16+64, ….
func batchGrid(n []int) Grid { return Grid{n[0] * ((n[2] + BatchColumns - 1) / BatchColumns), 1024} }

// WriteMoments writes the mean and the variance of each of p's columns: see BatchMoments, whose memory is
// m. sum and squares are the sums of its values and of their squares.
func (p BatchPiece) WriteMoments(m Mem[float32], sum, squares *[BatchColumns]float64) {
	mean, variance, n := m.F[0][p.Stats:], m.F[1][p.Stats:], float64(p.Rows)
	for j := range p.Cols {
		average := sum[j] / n
		spread := squares[j]/n - average*average
		if spread < 0 {
			spread = 0
		}
		mean[j], variance[j] = float32(average), float32(spread)
	}
}
