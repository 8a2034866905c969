package kernels

import "gorgonia.org/tensor"

var upsample = Kernel{
	Name: "upsample", Params: []Param{out("y"), in("x")}, Scalars: []string{"factor"}, Sizes: resamplingSizes,
	Lens:  func(n []int) []int { return []int{largeLen(n), smallLen(n)} },
	Items: func(n []int) (int, int) { return n[0] * 2 * n[1], 2 * n[2] * n[3] * (1 + 3*n[4]) },
	Grid:  func(n []int) Grid { return perThread(largeLen(n)) },
	Tol:   sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		y, x, height, width, channels, reach := m.F[0], m.F[1], m.N[1], m.N[2], m.N[3], m.N[4]
		line, factor := width*channels, m.S[0]
		for item := lo; item < hi; item++ { // a row of an image of y
			b, i := item/(2*height), item%(2*height)
			first := x[(b*height+i/2)*line:][:line]
			second := x[(b*height+farther(i, height, reach))*line:][:line]
			for j := range 2 * width {
				to := y[(item*2*width+j)*channels:][:channels]
				u, v := j/2*channels, farther(j, width, reach)*channels
				if reach == 0 {
					for c, s := range first[u:][:channels] {
						to[c] = factor * s
					}
					continue
				}
				p, q, r := first[v:][:channels], second[u:][:channels], second[v:][:channels]
				for c, s := range first[u:][:channels] {
					to[c] = factor * ((1-far)*((1-far)*s+far*p[c]) + far*((1-far)*q[c]+far*r[c]))
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		y, x, factor := m.F[0], m.F[1], m.S[0]
		clear(y)
		taps(m.N, func(small, large int, share float64) { y[large] += factor * share * x[small] })
	},
}

// Upsample writes to y (batch, 2·r.Height, 2·r.Width, r.Channels) the images x (batch, r.Height,
// r.Width, r.Channels), twice as high and wide and multiplied by factor: see Resampling. It returns an
// error if a size does not fit. y must not overlap x.
func Upsample(dev Device, y, x *tensor.Dense, r Resampling, factor float32) error {
	return r.launch(dev, &upsample, factor, y, x)
}
