package kernels

import "gorgonia.org/tensor"

var classGrad = Kernel{
	Name:   "class_grad",
	Params: []Param{out("dtable"), in("d"), words("label")},
	Sizes:  []string{"rows", "cols", "classes"},
	Lens:   func(n []int) []int { return []int{n[2] * n[1], n[0] * n[1], n[0]} },
	Items:  func(n []int) (int, int) { return n[2], n[0]*n[1]/n[2] + n[0] },
	Grid:   func(n []int) Grid { return perThread(n[2] * n[1]) },
	Tol:    defaultTol,
	F32: func(m Mem[float32], lo, hi int) {
		dtable, d, label, cols := m.F[0], m.F[1], m.U[0], m.N[1]
		var sum [64]float64
		for class := lo; class < hi; class++ {
			for j := 0; j < cols; j += len(sum) {
				to := dtable[class*cols+j:][:min(len(sum), cols-j)]
				clear(sum[:])
				for i, l := range label {
					if l != uint32(class) {
						continue
					}
					for k, v := range d[i*cols+j:][:len(to)] {
						sum[k] += float64(v)
					}
				}
				for k := range to {
					to[k] = float32(sum[k])
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		dtable, d, label, cols := m.F[0], m.F[1], m.U[0], m.N[1]
		clear(dtable)
		for i, v := range d {
			if k := int(label[i/cols])*cols + i%cols; k < len(dtable) {
				dtable[k] += v
			}
		}
	},
}

// ClassGrad writes to dtable (classes, cols) the gradient at ClassBias's table. d (rows, cols)
// is the gradient at its output, and label (rows), uint32, has the labels. Row c of dtable is
// the sum of the rows of d with label c. The sum is taken in float64, in the order of the rows.
// A row whose label is not below classes is left out.
func ClassGrad(dev Device, dtable, d, label *tensor.Dense) error {
	return dev.Launch(&classGrad, Args{Tensors: []*tensor.Dense{dtable, d, label},
		Sizes: append(rowsCols(d), dtable.Shape()[0])})
}
