package kernels

import "gorgonia.org/tensor"

// What the gradient passes share. Each sums its d over the rows in runs of 1024 of them,
// side by side on a GPU; where there is more than one run, LinearGrad's kernel adds up
// their sums. Shorter runs cost more in launches than they save up to batches of 512. From
// 262145 rows on a run is twice as long, and so on, so that the sums of the runs are
// always a single run.

// GradRuns is how many runs that many rows are.
func GradRuns(rows int) int { return (rows + runRows(rows) - 1) / runRows(rows) }

func runRows(rows int) int { return (rows + 1<<18 - 1) >> 18 << 10 }

// EachRun calls do for each of GradRuns(rows): its number, its first row and how many rows it has.
func EachRun(rows int, do func(run, first, n int)) {
	for first, run := 0, 0; first < rows; first, run = first+runRows(rows), run+1 {
		do(run, first, min(runRows(rows), rows-first))
	}
}

// launchGrad runs k on a, of which tensor i is dbias (cols). Where runs is not nil it takes
// the sums of the runs, and dbias becomes theirs.
func launchGrad(dev Device, k *Kernel, a Args, i int, runs *tensor.Dense) error {
	dbias := a.Tensors[i]
	if runs == nil {
		return dev.Launch(k, a)
	}
	a.Tensors[i] = runs
	if err := dev.Launch(k, a); err != nil {
		return err
	}
	return dev.Launch(&linearGrad, Args{[]*tensor.Dense{dbias, runs}, nil, rowsCols(runs)})
}

func gradLens(n []int) []int { return []int{n[0] * n[1], GradRuns(n[0]) * n[1], n[0] * n[1]} }

// byColumn is Items for (rows, cols) work summed down each column.
func byColumn(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) { return size[1], size[0] * cost }
}

// gradColumns multiplies d by the activation's slope with scale, a row's part at a
// time, and sums the columns lo to hi-1 of each run of d.
func gradColumns(m Mem[float32], lo, hi int, scale func(d, y []float32)) {
	y := m.F[2]
	sumColumns(m.F[1], m.F[0], m.N[0], m.N[1], lo, hi, func(part []float32, at int) { scale(part, y[at:][:len(part)]) })
}

// sumColumns sums the columns lo to hi-1 of each run of d (rows, cols) in the order of
// the rows. before, unless nil, changes a row's part first, which lies in d from at on.
func sumColumns(dbias, d []float32, rows, cols, lo, hi int, before func(part []float32, at int)) {
	EachRun(rows, func(run, first, of int) {
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
				dbias[run*cols+c+j] = float32(s)
			}
		}
	})
}

// mapGrad is the oracle of the gradient kernels; slope is the activation's
// derivative, given its output.
func mapGrad(m Mem[float64], slope func(y float64) float64) {
	d, y := m.F[0], m.F[2]
	for i := range d {
		d[i] *= slope(y[i])
	}
	runSums(m.F[1], d, m.N[0], m.N[1])
}

// runSums is the oracle of the sums over runs.
func runSums(dbias, d []float64, rows, cols int) {
	clear(dbias)
	for i, v := range d {
		dbias[i/cols/runRows(rows)*cols+i%cols] += v
	}
}
