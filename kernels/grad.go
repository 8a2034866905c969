package kernels

import "gorgonia.org/tensor"

// What the gradient kernels share. Each sums its d down the columns. The rows are in groups
// of 1024, and each group has its own sums:
//
//	d (rows, cols)          partials              dbias (cols)
//	rows    0..1023    ->   row 0 (cols)  \
//	rows 1024..2047    ->   row 1 (cols)   >  ->  their sum
//	rows 2048..rows-1  ->   row 2 (cols)  /
//
// A GPU sums the groups side by side. With a single group dbias is the one row of partial
// sums. With more, the kernel linear_grad adds them up. Shorter groups would cost more in
// launches than they save, up to batches of 512. From 262145 rows on a group has 2048 rows,
// and so on: the partial sums themselves are never more than one group.

// GradPartials returns the number of partial sums of each column of that many rows.
func GradPartials(rows int) int { return (rows + partialRows(rows) - 1) / partialRows(rows) }

// partialRows returns the number of rows in a group.
func partialRows(rows int) int { return (rows + 1<<18 - 1) >> 18 << 10 }

// EachPartial calls do for each of the GradPartials(rows) groups, with the group's number,
// its first row and its number of rows.
func EachPartial(rows int, do func(partial, first, n int)) {
	for first, partial := 0, 0; first < rows; first, partial = first+partialRows(rows), partial+1 {
		do(partial, first, min(partialRows(rows), rows-first))
	}
}

// launchGrad launches k on a, whose tensor i is dbias (cols). If partials is not nil, k
// writes the partial sums to it, and a second launch adds them up to dbias.
func launchGrad(dev Device, k *Kernel, a Args, i int, partials *tensor.Dense) error {
	dbias := a.Tensors[i]
	if partials == nil {
		return dev.Launch(k, a)
	}
	a.Tensors[i] = partials
	if err := dev.Launch(k, a); err != nil {
		return err
	}
	return dev.Launch(&linearGrad, Args{[]*tensor.Dense{dbias, partials}, nil, rowsCols(partials)})
}

func gradLens(n []int) []int { return []int{n[0] * n[1], GradPartials(n[0]) * n[1], n[0] * n[1]} }

// byColumn is Items for (rows, cols) work that sums each column.
func byColumn(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) { return size[1], size[0] * cost }
}

// gradColumns multiplies d by the activation's derivative, which scale does for a part of
// a row at a time. It sums the columns lo to hi-1 of each group of rows.
func gradColumns(m Mem[float32], lo, hi int, scale func(d, y []float32)) {
	y := m.F[2]
	sumColumns(m.F[1], m.F[0], m.N[0], m.N[1], lo, hi, func(part []float32, at int) { scale(part, y[at:][:len(part)]) })
}

// sumColumns sums the columns lo to hi-1 of each group of rows of d (rows, cols), in the
// order of the rows. If before is not nil, it first changes the part of a row that starts
// at element at of d.
func sumColumns(dbias, d []float32, rows, cols, lo, hi int, before func(part []float32, at int)) {
	EachPartial(rows, func(partial, first, of int) {
		var sum [64]float64
		for c := lo; c < hi; c += len(sum) {
			n := min(len(sum), hi-c)
			clear(sum[:])
			for i := first; i < first+of; i++ {
				part := d[i*cols+c:][:n]
				if before != nil {
					before(part, i*cols+c)
				}
				for j, v := range part {
					sum[j] += float64(v)
				}
			}
			for j, s := range sum[:n] {
				dbias[partial*cols+c+j] = float32(s)
			}
		}
	})
}

// mapGrad is the oracle of the gradient kernels. slope returns the activation's derivative
// for its output y.
func mapGrad(m Mem[float64], slope func(y float64) float64) {
	d, y := m.F[0], m.F[2]
	for i := range d {
		d[i] *= slope(y[i])
	}
	partialSums(m.F[1], d, m.N[0], m.N[1])
}

// partialSums is the oracle of the partial sums.
func partialSums(dbias, d []float64, rows, cols int) {
	clear(dbias)
	for i, v := range d {
		dbias[i/cols/partialRows(rows)*cols+i%cols] += v
	}
}
