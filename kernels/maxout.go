package kernels

import (
	"slices"

	"gorgonia.org/tensor"
)

var maxout = Kernel{
	Name:   "maxout",
	Params: []Param{out("y"), inout("a"), in("bias")},
	Sizes:  []string{"rows", "units", "pieces"},
	Lens: func(n []int) []int {
		return []int{n[0] * n[1], n[0] * n[1] * n[2], n[1] * n[2]}
	},
	Items: func(n []int) (int, int) { return n[0], n[1] * n[2] },
	Grid:  gridArea, Tol: defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, a, bias, units, pieces := m.F[0], m.F[1], m.F[2], m.N[1], m.N[2]
		for i := lo; i < hi; i++ {
			row := a[i*units*pieces:][:len(bias)]
			for c, b := range bias {
				row[c] += b
			}
			for u := range units {
				most := row[u*pieces]
				for _, v := range row[u*pieces+1:][:pieces-1] {
					if v > most || v != v {
						most = v
					}
				}
				y[i*units+u] = most
			}
		}
	},
	F64: func(m Mem[float64]) {
		y, a, bias, pieces := m.F[0], m.F[1], m.F[2], m.N[2]
		for c := range a {
			a[c] += bias[c%len(bias)]
		}
		for i := range y {
			y[i] = a[i*pieces+firstLargest(a[i*pieces:][:pieces])]
		}
	},
}

// Maxout adds bias (units·pieces) to each row of a (rows, units·pieces). It writes to
// y (rows, units) the largest of each unit's pieces, which lie side by side:
//
//	y[r,u] = max over k of a[r,u·pieces+k]
//
// A NaN is larger than any number. The layer is that of Goodfellow, Warde-Farley, Mirza,
// Courville and Bengio, "Maxout Networks" (2013), section 2.
func Maxout(dev Device, y, a, bias *tensor.Dense) error {
	return dev.Launch(&maxout, Args{[]*tensor.Dense{y, a, bias}, nil, unitsPieces(y, a)})
}

// unitsPieces returns the sizes of a maxout layer with output y (rows, units) and pieces
// a (rows, units·pieces). If the shapes do not fit each other, Check reports it.
func unitsPieces(y, a *tensor.Dense) []int {
	size := rowsCols(y)
	return append(size, rowsCols(a)[1]/size[1])
}

// argmax returns the index of the first of the largest pieces. A NaN is larger than any
// number.
func argmax(pieces []float32) int {
	at, most := 0, pieces[0]
	for k, v := range pieces {
		if v > most || v != v && most == most {
			at, most = k, v
		}
	}
	return at
}

// firstLargest is argmax for the oracles.
func firstLargest(pieces []float64) int {
	most := slices.Max(pieces) // NaN if any is
	return slices.IndexFunc(pieces, func(v float64) bool { return v == most || v != v })
}
