package kernels

import "gorgonia.org/tensor"

var downsample = Kernel{
	Name: "downsample", Params: []Param{out("x"), in("y")}, Scalars: []string{"factor"}, Sizes: resamplingSizes,
	Lens:  func(n []int) []int { return []int{smallLen(n), largeLen(n)} },
	Items: func(n []int) (int, int) { return n[0] * n[1], n[2] * n[3] * (4 + 12*n[4]) },
	Grid:  func(n []int) Grid { return perThread(smallLen(n)) },
	Tol:   sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		x, y, height, width, channels, reach := m.F[0], m.F[1], m.N[1], m.N[2], m.N[3], m.N[4]
		line, factor := 2*width*channels, m.S[0]
		for item := lo; item < hi; item++ { // a row of an image of x
			b, i := item/height, item%height
			row := func(i int) []float32 { return y[(b*2*height+min(max(i, 0), 2*height-1))*line:][:line] }
			above, upper, lower, below := row(2*i-1), row(2*i), row(2*i+1), row(2*i+2)
			for j := range width {
				to := x[(item*width+j)*channels:][:channels]
				clear(to)
				for col := 2*j - reach; col <= 2*j+1+reach; col++ {
					share := factor * near(reach)
					if col/2 != j || col < 0 {
						share = factor * far
					}
					at := min(max(col, 0), 2*width-1) * channels
					p, q := upper[at:][:channels], lower[at:][:channels]
					if reach == 0 {
						for c := range to {
							to[c] += share * (p[c] + q[c])
						}
						continue
					}
					o, r := above[at:][:channels], below[at:][:channels]
					for c := range to {
						to[c] += share * ((1-far)*(p[c]+q[c]) + far*(o[c]+r[c]))
					}
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		x, y, factor := m.F[0], m.F[1], m.S[0]
		clear(x)
		taps(m.N, func(small, large int, share float64) { x[small] += factor * share * y[large] })
	},
}

// Downsample writes to x (batch, r.Height, r.Width, r.Channels) the transpose of Upsample, for the
// images y (batch, 2·r.Height, 2·r.Width, r.Channels). Along each axis,
//
//	x[i] = far·y[2i-1] + near·y[2i] + near·y[2i+1] + far·y[2i+2]
//
// where an index outside an image is that of the pixel next to it. All is multiplied by factor. With a
// factor of 1/4 it is the average of four pixels or, if r.Bilinear is true, the filter [1 3 3 1]/8 along each
// axis: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), section 4.1, filter
// images so. It returns an error if a size does not fit. x must not overlap y.
func Downsample(dev Device, x, y *tensor.Dense, r Resampling, factor float32) error {
	return r.launch(dev, &downsample, factor, x, y)
}
