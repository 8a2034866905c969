package kernels

import "gorgonia.org/tensor"

var cutout = Kernel{
	Name:   "cutout",
	Params: []Param{inout("x"), words("key"), words("clock")},
	Sizes:  []string{"images", "height", "width", "channels", "high", "wide", "stream", "first"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1] * n[2] * n[3], 2, 1} },
	Items:  func(n []int) (int, int) { return n[0], 16 + min(n[1], n[4])*min(n[2], n[5])*n[3] },
	Grid:   gridRows,
	F32: func(m Mem[float32], lo, hi int) {
		height, width, channels := m.N[1], m.N[2], m.N[3]
		for i := lo; i < hi; i++ {
			w := imageWords(m.U, m.N[6], m.N[7], i)
			top, bottom := cut(w[0], height, m.N[4])
			left, right := cut(w[1], width, m.N[5])
			for row := max(top, 0); row < min(bottom, height); row++ {
				first := (i*height + row) * width
				clear(m.F[0][(first+max(left, 0))*channels : (first+min(right, width))*channels])
			}
		}
	},
	F64: func(m Mem[float64]) {
		height, width, channels := m.N[1], m.N[2], m.N[3]
		for i := range m.F[0] {
			row, col := i/(width*channels)%height, i/channels%width
			w := imageWords(m.U, m.N[6], m.N[7], i/(height*width*channels))
			top, bottom := cut(w[0], height, m.N[4])
			left, right := cut(w[1], width, m.N[5])
			if top <= row && row < bottom && left <= col && col < right {
				m.F[0][i] = 0
			}
		}
	},
}

// Cutout makes a rectangle of high by wide pixels of each of the images x (images, height, width,
// channels) 0, even where x is NaN. Its middle is anywhere in the image, so parts of it may lie outside:
//
//	top = below(word 0, height+1 - high mod 2) - high/2
//
// It is the same with left, word 1, width and wide. below(w,n) is the whole part of n·w/2^32. The same
// call on a gradient is the backward pass. The method is that of DeVries and Taylor, "Improved
// Regularization of Convolutional Neural Networks with Cutout" (2017), section 3.
func Cutout(dev Device, x *tensor.Dense, of ImageShape, r ImageNumbers, high, wide int) error {
	return dev.Launch(&cutout, Args{Tensors: []*tensor.Dense{x, r.Key, r.Clock},
		Sizes: []int{x.Shape()[0], of.Height, of.Width, of.Channels, high, wide, int(r.Stream), r.First}})
}

// cut returns the first position of a cut of n positions, and the one behind it, along a side.
func cut(w uint32, side, n int) (first, end int) {
	first = below(w, side+1-n%2) - n/2
	return first, first + n
}
