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

// PartialSums are some neighbouring sums of a group of rows.
type PartialSums struct {
	First, Rows int // the first row of the group, and their number
	From, End   int // the columns that are summed: From to End-1
	At          int // the element of the first sum in partials
}

// EachPartial calls do for the elements lo to hi-1 of the partial sums (GradPartials(rows), cols), the sums of a
// group at a time.
func EachPartial(rows, cols, lo, hi int, do func(s PartialSums)) {
	for lo < hi {
		partial, from := lo/cols, lo%cols
		first, end := partial*partialRows(rows), min(cols, from+hi-lo)
		do(PartialSums{first, min(partialRows(rows), rows-first), from, end, lo})
		lo += end - from
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

// byPartial is Items for (rows, cols) work that sums each column: its partial sums.
func byPartial(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) {
		return GradPartials(size[0]) * size[1], min(size[0], partialRows(size[0])) * cost
	}
}

// gradColumns multiplies d by the activation's derivative, which scale does for a part of
// a row at a time. It makes the partial sums lo to hi-1.
func gradColumns(m Mem[float32], lo, hi int, scale func(d, y []float32)) {
	y := m.F[2]
	sumColumns(m.F[1], m.F[0], m.N[0], m.N[1], lo, hi, func(part []float32, at int) { scale(part, y[at:][:len(part)]) })
}

// sumColumns makes the partial sums lo to hi-1 of d (rows, cols), in the order of the rows. If before is
// not nil, it first changes the part of a row that starts at element at of d.
func sumColumns(dbias, d []float32, rows, cols, lo, hi int, before func(part []float32, at int)) {
	EachPartial(rows, cols, lo, hi, func(s PartialSums) {
		var sum [64]float64
		for c := s.From; c < s.End; c += len(sum) {
			n := min(len(sum), s.End-c)
			clear(sum[:])
			for i := s.First; i < s.First+s.Rows; i++ {
				part := d[i*cols+c:][:n]
				if before != nil {
					before(part, i*cols+c)
				}
				for j, v := range part {
					sum[j] += float64(v)
				}
			}
			for j, total := range sum[:n] {
				dbias[s.At+c-s.From+j] = float32(total)
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
