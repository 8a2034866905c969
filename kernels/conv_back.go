package kernels

import "gorgonia.org/tensor"

var convBack = Kernel{
	Name: "conv_back", Params: []Param{out("x"), in("y"), in("w")}, Sizes: convSizes, Product: true,
	Lens:  func(n []int) []int { return []int{convX(n), convY(n), convW(n)} },
	Items: func(n []int) (int, int) { return n[0] * n[4] * n[5], convW(n) },
	Grid:  func(n []int) Grid { return perThread(convX(n)) },
	Tol:   convTol, Terms: convBackTerms,
	F64: func(m Mem[float64]) {
		c, batch := ConvolutionOf(m.N)
		x, y, w, rows, cols := m.F[0], m.F[1], m.F[2], m.N[4], m.N[5]
		for p := range batch * c.Height * c.Width {
			for ch := range c.Channels {
				sum, group, outputs := 0.0, ch/c.Depth(), c.Outputs*c.Depth()/c.Channels
				for tap := range c.KernelHeight * c.KernelWidth {
					h, v := p/c.Width%c.Height+c.Pad-tap/c.KernelWidth, p%c.Width+c.Pad-tap%c.KernelWidth
					if h%c.Stride != 0 || v%c.Stride != 0 {
						continue
					}
					for o := group * outputs; o < (group+1)*outputs; o++ {
						d := at(y, p/(c.Height*c.Width), rows, h/c.Stride, cols, v/c.Stride, c.Outputs, o)
						sum += d * w[(tap*c.Depth()+ch%c.Depth())*c.Outputs+o]
					}
				}
				x[p*c.Channels+ch] = sum
			}
		}
	},
}

// ConvBack writes to x (batch, c.Height, c.Width, c.Channels) the gradient of Conv at its images, for
// the gradient y (batch, c.OutHeight, c.OutWidth, c.Outputs) and the weights w. This is also called the
// transposed convolution of y and w:
//
//	x[b,h,v,ch] = Σ y[b, (h+pad-kh)/stride, (v+pad-kw)/stride, o] · w[kh,kw, ch mod depth, o]
//
// The sum goes over the kh and kw for which both divisions leave no rest, from the last to the first,
// and over the o of the group of ch, or in another order as with Conv. y is 0 outside an image. It returns an
// error if a size does not fit. x must not overlap y or w.
func ConvBack(dev Device, x, y, w *tensor.Dense, c Convolution) error {
	return c.launch(dev, &convBack, &convBackGroups, y, x, y, w)
}
