package kernels

import "gorgonia.org/tensor"

var translate = Kernel{
	Name:   "translate",
	Params: []Param{out("y"), in("x"), words("key"), words("clock")},
	Sizes:  []string{"images", "height", "width", "channels", "down", "right", "back", "stream", "first"},
	Lens:   func(n []int) []int { return []int{n[0] * n[1] * n[2] * n[3], n[0] * n[1] * n[2] * n[3], 2, 1} },
	Items:  func(n []int) (int, int) { return n[0], n[1] * n[2] * n[3] },
	Grid:   gridRows,
	F32:    translateImages,
	F64: func(m Mem[float64]) {
		y, x, height, width, channels := m.F[0], m.F[1], m.N[1], m.N[2], m.N[3]
		for i := range y {
			image, row, col, channel := i/(height*width*channels), i/(width*channels)%height, i/channels%width, i%channels
			w := imageWords(m.U, m.N[7], m.N[8], image)
			sign := 1 - 2*m.N[6]
			row += sign * aside(w[0], m.N[4])
			col += sign * aside(w[1], m.N[5])
			y[i] = at(x, image, height, row, width, col, channels, channel)
		}
	},
}

// Translate writes to y the images x (images, height, width, channels), each moved by its own number of
// pixels:
//
//	y[i,r,c] = x[i, r+s, c+t]
//
// x is 0 outside an image. s is uniform on -down to down and t on -right to right, from words 0 and 1
// of the image. back takes -s and -t: this is the gradient of the other direction. y must not overlap
// x.
func Translate(dev Device, y, x *tensor.Dense, of ImageShape, r ImageNumbers, down, right int, back bool) error {
	sizes := []int{x.Shape()[0], of.Height, of.Width, of.Channels, down, right, 0, int(r.Stream), r.First}
	if back {
		sizes[6] = 1
	}
	return dev.Launch(&translate, Args{Tensors: []*tensor.Dense{y, x, r.Key, r.Clock}, Sizes: sizes})
}

func translateImages(m Mem[float32], lo, hi int) {
	height, stride, channels := m.N[1], m.N[2]*m.N[3], m.N[3]
	for i := lo; i < hi; i++ {
		w := imageWords(m.U, m.N[7], m.N[8], i)
		s, t := aside(w[0], m.N[4]), channels*aside(w[1], m.N[5])
		if m.N[6] == 1 {
			s, t = -s, -t
		}
		y, x := m.F[0][i*height*stride:][:height*stride], m.F[1][i*height*stride:][:height*stride]
		for row := range height {
			to, from := y[row*stride:][:stride], row+s
			if from < 0 || from >= height {
				clear(to)
				continue
			}
			lo, hi := min(max(-t, 0), stride), max(min(stride-t, stride), 0) // the values that come from x
			clear(to[:lo])
			if lo < hi {
				copy(to[lo:hi], x[from*stride+lo+t:])
				clear(to[hi:])
			} else {
				clear(to)
			}
		}
	}
}
