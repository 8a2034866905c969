package kernels

import "gorgonia.org/tensor"

var dropout = Kernel{
	Name:    "dropout",
	Params:  []Param{inout("y"), words("key"), words("clock")},
	Scalars: []string{"keep"}, Sizes: []string{"n", "stream", "first"},
	Lens:  func(n []int) []int { return []int{n[0], 2, 1} },
	Items: func(n []int) (int, int) { return dropoutCounters(n), 24 },
	Grid:  func(n []int) Grid { return perThread(dropoutCounters(n)) },
	Tol:   defaultTol,
	F32:   dropBlocks,
	F64: func(m Mem[float64]) {
		for i := range m.F[0] {
			e := m.N[2] + i
			w := Philox4x32([4]uint32{uint32(e / 4), uint32(m.N[1]), m.U[1][0], 0}, [2]uint32(m.U[0]))[e%4]
			if float64(w>>8)/(1<<24) < m.S[0] {
				m.F[0][i] /= m.S[0]
			} else {
				m.F[0][i] = 0
			}
		}
	},
}

// Dropout keeps each element of y (any shape) with probability keep, divided by keep,
// and makes the others 0, NaN too:
//
//	y[i] = u < keep ? y[i]/keep : 0, u = (w >> 8)·2^-24
//
// w being word (first+i)%4 of counter ((first+i)/4, stream, step, 0) of key (2), the
// step from clock (1). Called on a gradient, with the same arguments otherwise, it is
// its own backward pass. keep 1 changes nothing. Srivastava et al., "Dropout: a simple
// way to prevent neural networks from overfitting" (2014), scaled at training time as
// their section 10 has it. Which elements are kept is the same on all devices.
func Dropout(dev Device, y, key, clock *tensor.Dense, keep float32, stream Stream, first int) error {
	return dev.Launch(&dropout, Args{[]*tensor.Dense{y, key, clock}, []float32{keep},
		[]int{y.Shape().TotalSize(), int(stream), first}})
}

func dropBlocks(m Mem[float32], lo, hi int) {
	y, keep, key, step := m.F[0], m.S[0], [2]uint32(m.U[0]), m.U[1][0]
	n, stream, first := m.N[0], uint32(m.N[1]), m.N[2]
	for c := first/4 + lo; c < first/4+hi; c++ {
		r := Philox4x32([4]uint32{uint32(c), stream, step, 0}, key)
		for e := max(4*c, first); e < min(4*c+4, first+n); e++ {
			if unit(r[e%4]) < keep {
				y[e-first] /= keep
			} else {
				y[e-first] = 0
			}
		}
	}
}

// dropoutCounters is how many counters n elements from first on take.
func dropoutCounters(size []int) int { return (size[2]%4 + size[0] + 3) / 4 }
