package kernels

import "gorgonia.org/tensor"

var colour = Kernel{
	Name:    "colour",
	Params:  []Param{out("y"), in("x"), words("key"), words("clock")},
	Scalars: []string{"brightness", "saturation", "contrast"},
	Sizes:   []string{"images", "pixels", "channels", "stream", "first"},
	Lens:    func(n []int) []int { return []int{n[0] * n[1] * n[2], n[0] * n[1] * n[2], 2, 1} },
	Items:   func(n []int) (int, int) { return n[0], 4 * n[1] * n[2] },
	Grid:    gridRows,
	Tol:     sumTol,
	F32:     colourImages,
	F64: func(m Mem[float64]) {
		values, channels := m.N[1]*m.N[2], m.N[2]
		for i := range m.N[0] {
			w := imageWords(m.U, m.N[3], m.N[4], i)
			number := func(at int) float64 { return m.S[at] * (2*float64(w[at]>>8)/(1<<24) - 1) }
			b, s, c := number(0), 1+number(1), 1+number(2)
			y, x := m.F[0][i*values:][:values], m.F[1][i*values:][:values]
			mean := meanOf(x)
			for j := range x {
				grey := meanOf(x[j/channels*channels:][:channels])
				y[j] = c*s*x[j] + (c-c*s)*grey + (mean - c*mean + b)
			}
		}
	},
}

// Colour writes to y the images x (images, pixels, channels) with other colours. For each image it takes
// b from -brightness to brightness, s from 1-saturation to 1+saturation and c from 1-contrast to
// 1+contrast, uniform, from words 0, 1 and 2 of the image. Then, one after the other,
//
//	x = x + b
//	x = (x-p)·s + p, p the mean of x over the channels of the pixel
//	x = (x-m)·c + m, m the mean of x over the image
//
// The three together are, with the p and m of the first x,
//
//	y = c·s·x + c·(1-s)·p + (1-c)·m + b
//
// Without b this is a symmetric matrix times x. So the call with a brightness of 0 on a gradient is the
// backward pass. y must not overlap x.
func Colour(dev Device, y, x *tensor.Dense, of ImageShape, r ImageNumbers, brightness, saturation, contrast float32) error {
	return dev.Launch(&colour, Args{[]*tensor.Dense{y, x, r.Key, r.Clock}, []float32{brightness, saturation, contrast},
		[]int{x.Shape()[0], of.Height * of.Width, of.Channels, int(r.Stream), r.First}})
}

func colourImages(m Mem[float32], lo, hi int) {
	values, channels := m.N[1]*m.N[2], m.N[2]
	for i := lo; i < hi; i++ {
		w := imageWords(m.U, m.N[3], m.N[4], i)
		number := func(at int) float32 { return m.S[at] * (2*unit(w[at]) - 1) }
		b, s, c := number(0), 1+number(1), 1+number(2)
		y, x := m.F[0][i*values:][:values], m.F[1][i*values:][:values]
		mean := meanOf(x)
		own, shared := c*s, (c-c*s)/float32(channels)
		rest := float32(mean - float64(c)*mean + float64(b))
		switch channels {
		case 1:
			for j, v := range x {
				y[j] = own*v + (shared*v + rest)
			}
		case 3:
			for j := 0; j+2 < len(x); j += 3 {
				p, q := x[j:j+3:j+3], y[j:j+3:j+3]
				grey := shared*(p[0]+p[1]+p[2]) + rest
				q[0], q[1], q[2] = own*p[0]+grey, own*p[1]+grey, own*p[2]+grey
			}
		default:
			for j := 0; j < len(x); j += channels {
				grey := float32(0)
				for _, v := range x[j:][:channels] {
					grey += v
				}
				grey = shared*grey + rest
				for k, v := range x[j:][:channels] {
					y[j+k] = own*v + grey
				}
			}
		}
	}
}

// meanOf returns the mean of x. It sums every fourth value, and then these sums, so that an addition does not
// wait for the one before.
func meanOf[T Real](x []T) float64 {
	var sum [4]float64
	i := 0
	for ; i+3 < len(x); i += 4 {
		part := x[i : i+4 : i+4]
		sum[0] += float64(part[0])
		sum[1] += float64(part[1])
		sum[2] += float64(part[2])
		sum[3] += float64(part[3])
	}
	for ; i < len(x); i++ {
		sum[0] += float64(x[i])
	}
	return (sum[0] + sum[1] + sum[2] + sum[3]) / float64(len(x))
}
