package kernels

import "gorgonia.org/tensor"

var linearGrad = Kernel{
	Name:   "linear_grad",
	Params: []Param{out("dbias"), in("d")},
	Sizes:  []string{"rows", "cols"},
	Lens:   func(n []int) []int { return []int{n[1], n[0] * n[1]} },
	Items:  byColumn(1), Grid: gridColumns, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) { sumColumns(m.F[0], m.F[1], m.N[0], lo, hi) },
	F64: func(m Mem[float64]) {
		dbias, d := m.F[0], m.F[1]
		clear(dbias)
		for i, v := range d {
			dbias[i%len(dbias)] += v
		}
	},
}

// LinearGrad writes to dbias (cols) the sum over the rows of d (rows, cols), the
// gradient at the output of BiasLinear and at its input alike.
func LinearGrad(dev Device, dbias, d *tensor.Dense) error {
	return dev.Launch(&linearGrad, Args{[]*tensor.Dense{dbias, d}, nil, rowsCols(d)})
}

// sumColumns sums the columns lo to hi-1 of d (rows, one for each of dbias) in the order
// of the rows.
func sumColumns(dbias, d []float32, rows, lo, hi int) {
	var sum [64]float64
	for ; lo < hi; lo += len(sum) {
		n := min(len(sum), hi-lo)
		clear(sum[:])
		for i := range rows {
			for j, v := range d[i*len(dbias)+lo:][:n] {
				sum[j] += float64(v)
			}
		}
		for j, s := range sum[:n] {
			dbias[lo+j] = float32(s)
		}
	}
}
