package kernels

import "gorgonia.org/tensor"

var conv = Kernel{
	Name: "conv", Params: []Param{out("y"), in("x"), in("w")}, Sizes: convSizes, Product: true,
	Lens:  func(n []int) []int { return []int{convY(n), convX(n), convW(n)} },
	Items: func(n []int) (int, int) { return n[0] * n[4] * n[5], convW(n) },
	Grid:  func(n []int) Grid { return perThread(convY(n)) },
	Tol:   convTol, Terms: convTerms,
	F64: func(m Mem[float64]) {
		c, batch := ConvolutionOf(m.N)
		y, x, w, rows, cols := m.F[0], m.F[1], m.F[2], m.N[4], m.N[5]
		for p := range batch * rows * cols {
			for o := range c.Outputs {
				sum := 0.0
				for kh := range c.KernelHeight {
					for kw := range c.KernelWidth {
						for ch := range c.Depth() {
							v := at(x, p/(rows*cols), c.Height, p/cols%rows*c.Stride-c.Pad+kh, c.Width, p%cols*c.Stride-c.Pad+kw, c.Channels, c.groupOf(o)*c.Depth()+ch)
							sum += v * w[((kh*c.KernelWidth+kw)*c.Depth()+ch)*c.Outputs+o]
						}
					}
				}
				y[p*c.Outputs+o] = sum
			}
		}
	},
}

// Conv writes to y (batch, c.OutHeight, c.OutWidth, c.Outputs) the convolution of x (batch, c.Height,
// c.Width, c.Channels) and w (c.KernelHeight, c.KernelWidth, c.Depth, c.Outputs):
//
//	y[b,i,j,o] = Σ x[b, i·stride-pad+kh, j·stride-pad+kw, g·depth+ch] · w[kh,kw,ch,o]
//
// The sum goes over kh, kw and ch, in this order, or a device sums in another order that depends on the sizes
// alone, the batch excepted. With an infinity among its terms, a sum may then be NaN. g is the group of o. x is 0
// outside an image. It returns an error if a size does not fit. y must not overlap x or w.
func Conv(dev Device, y, x, w *tensor.Dense, c Convolution) error {
	return c.launch(dev, &conv, &convGroups, x, y, x, w)
}
