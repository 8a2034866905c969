package kernels

import "gorgonia.org/tensor"

var maxoutGrad = Kernel{
	Name:   "maxout_grad",
	Params: []Param{out("da"), out("dbias"), in("d"), in("a")},
	Sizes:  []string{"rows", "units", "pieces"},
	Lens: func(n []int) []int {
		area, cols := n[0]*n[1], n[1]*n[2]
		return []int{n[0] * cols, GradPartials(n[0]) * cols, area, n[0] * cols}
	},
	Items: func(n []int) (int, int) {
		partials, cost := byPartial(2)(n)
		return partials, cost * n[2]
	},
	Grid: func(n []int) Grid { return gridPartials([]int{n[0], n[1] * n[2]}) },
	Tol:  defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		da, dbias, d, a, rows, units, pieces := m.F[0], m.F[1], m.F[2], m.F[3], m.N[0], m.N[1], m.N[2]
		EachPartial(rows, units, lo, hi, func(s PartialSums) {
			for i := s.First; i < s.First+s.Rows; i++ {
				for u := s.From; u < s.End; u++ {
					to := da[(i*units+u)*pieces:][:pieces]
					clear(to)
					to[argmax(a[(i*units+u)*pieces:][:pieces])] = d[i*units+u]
				}
			}
		})
		sumColumns(dbias, da, rows, units*pieces, lo*pieces, hi*pieces, nil)
	},
	F64: func(m Mem[float64]) {
		da, dbias, d, a, pieces := m.F[0], m.F[1], m.F[2], m.F[3], m.N[2]
		clear(da)
		for i, v := range d {
			da[i*pieces+firstLargest(a[i*pieces:][:pieces])] = v
		}
		partialSums(dbias, da, m.N[0], m.N[1]*pieces)
	},
}

// MaxoutGrad writes to da (rows, units·pieces) the gradient at the pieces. d (rows, units) is
// the gradient at the output of Maxout, and a (rows, units·pieces) holds the pieces that
// Maxout left. The first of a unit's largest pieces gets d, the others get 0. dbias
// (units·pieces) becomes the sum of da over the rows. partials, of units·pieces columns, is as
// for ReLUGrad.
func MaxoutGrad(dev Device, da, dbias, partials, d, a *tensor.Dense) error {
	return launchGrad(dev, &maxoutGrad, Args{[]*tensor.Dense{da, dbias, d, a}, nil, unitsPieces(d, a)}, 1, partials)
}
