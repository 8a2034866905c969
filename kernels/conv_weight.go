package kernels

import "gorgonia.org/tensor"

var convWeight = Kernel{
	Name: "conv_weight", Params: []Param{out("w"), in("x"), in("y")}, Sizes: convSizes, Product: true,
	Lens:  func(n []int) []int { return []int{convW(n), convX(n), convY(n)} },
	Items: func(n []int) (int, int) { return n[7] * n[8] * (n[3] / groupsOf(n)), n[0] * n[4] * n[5] * n[6] },
	Grid:  func(n []int) Grid { return perThread(convW(n)) },
	Tol:   convTol, Terms: convWeightTerms,
	F64: func(m Mem[float64]) {
		c, batch := ConvolutionOf(m.N)
		w, x, y, rows, cols := m.F[0], m.F[1], m.F[2], m.N[4], m.N[5]
		for e := range w {
			l, o := e/c.Outputs, e%c.Outputs
			kh, kw, ch := l/(c.KernelWidth*c.Depth()), l/c.Depth()%c.KernelWidth, c.groupOf(o)*c.Depth()+l%c.Depth()
			w[e] = 0
			for b := range batch {
				for i := range rows {
					for j := range cols {
						v := at(x, b, c.Height, i*c.Stride-c.Pad+kh, c.Width, j*c.Stride-c.Pad+kw, c.Channels, ch)
						w[e] += v * y[((b*rows+i)*cols+j)*c.Outputs+o]
					}
				}
			}
		}
	},
}

// ConvWeight writes to w (c.KernelHeight, c.KernelWidth, c.Depth, c.Outputs) the gradient of Conv
// at its weights, for the images x (batch, c.Height, c.Width, c.Channels) and the gradient y (batch,
// c.OutHeight, c.OutWidth, c.Outputs):
//
//	w[kh,kw,ch,o] = Σ x[b, i·stride-pad+kh, j·stride-pad+kw, g·depth+ch] · y[b,i,j,o]
//
// The sum goes over b, i and j, in this order, or in another as with Conv. g is the group of o. x is 0 outside
// an image. It returns an error if a size does not fit. w must not overlap x or y.
func ConvWeight(dev Device, w, x, y *tensor.Dense, c Convolution) error {
	return c.launch(dev, &convWeight, &convWeightGroups, x, w, x, y)
}
