package kernels

import "gorgonia.org/tensor"

var reluGrad = Kernel{
	Name:    "relu_grad",
	Params:  []Param{inout("d"), out("dbias"), in("y")},
	Scalars: []string{"slope"}, Sizes: []string{"rows", "cols"},
	Lens:  gradLens,
	Items: byColumn(1), Grid: gridColumns, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		slope := m.S[0]
		gradColumns(m, lo, hi, func(d, y []float32) {
			for j, v := range y {
				if !(v > 0) {
					d[j] *= slope
				}
			}
		})
	},
	F64: func(m Mem[float64]) {
		mapGrad(m, func(y float64) float64 {
			if y > 0 {
				return 1
			}
			return m.S[0]
		})
	},
}

// ReLUGrad takes d (rows, cols), the gradient at the output y of BiasReLU, to the
// gradient at its input: d where y > 0, slope*d elsewhere. dbias (cols) becomes
// the sum of d over the rows.
func ReLUGrad(dev Device, d, dbias, y *tensor.Dense, slope float32) error {
	return dev.Launch(&reluGrad, Args{[]*tensor.Dense{d, dbias, y}, []float32{slope}, rowsCols(d)})
}

func gradLens(n []int) []int { return []int{n[0] * n[1], n[1], n[0] * n[1]} }

// byColumn is Items for (rows, cols) work summed down each column.
func byColumn(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) { return size[1], size[0] * cost }
}

// gradColumns multiplies d by the activation's slope with scale, a row's part at a
// time, and sums the columns lo to hi-1 of d in the order of the rows.
func gradColumns(m Mem[float32], lo, hi int, scale func(d, y []float32)) {
	d, dbias, y, rows, cols := m.F[0], m.F[1], m.F[2], m.N[0], m.N[1]
	var sum [64]float64
	for ; lo < hi; lo += len(sum) {
		n := min(len(sum), hi-lo)
		clear(sum[:])
		for i := range rows {
			part := d[i*cols+lo:][:n]
			scale(part, y[i*cols+lo:][:n])
			for j, v := range part {
				sum[j] += float64(v)
			}
		}
		for j, s := range sum[:n] {
			dbias[lo+j] = float32(s)
		}
	}
}

// mapGrad is the oracle of the gradient kernels; slope is the activation's
// derivative, given its output.
func mapGrad(m Mem[float64], slope func(y float64) float64) {
	d, dbias, y := m.F[0], m.F[1], m.F[2]
	clear(dbias)
	for i := range d {
		d[i] *= slope(y[i])
		dbias[i%len(dbias)] += d[i]
	}
}
