package kernels

import "gorgonia.org/tensor"

var maxoutPick = Kernel{
	Name:   "maxout_pick",
	Params: []Param{out("t"), in("u"), in("a")},
	Sizes:  []string{"rows", "units", "pieces"},
	Lens: func(n []int) []int {
		area := n[0] * n[1]
		return []int{area, area * n[2], area * n[2]}
	},
	Items: func(n []int) (int, int) { return n[0], n[1] * n[2] },
	Grid:  gridArea,
	F32:   pickRows,
	F64: func(m Mem[float64]) {
		t, u, a, pieces := m.F[0], m.F[1], m.F[2], m.N[2]
		for i := range t {
			t[i] = u[i*pieces+firstLargest(a[i*pieces:][:pieces])]
		}
	},
}

// MaxoutPick writes to t (rows, units) one element of u (rows, units·pieces) for each unit: the
// one where the first of the unit's largest pieces lies in a (rows, units·pieces). Maxout left
// a. If the pieces change by u, then Maxout's output changes by t.
func MaxoutPick(dev Device, t, u, a *tensor.Dense) error {
	return dev.Launch(&maxoutPick, Args{[]*tensor.Dense{t, u, a}, nil, unitsPieces(t, a)})
}

func pickRows(m Mem[float32], lo, hi int) {
	t, u, a, units, pieces := m.F[0], m.F[1], m.F[2], m.N[1], m.N[2]
	for i := lo * units; i < hi*units; i++ {
		t[i] = u[i*pieces+argmax(a[i*pieces:][:pieces])]
	}
}
