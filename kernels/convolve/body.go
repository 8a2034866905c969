package convolve

import (
	"gorgan/kernels"
	"gorgan/kernels/dense"
)

// bodies gives k its bodies for the host, whose pieces are the rows of the product.
func (kind Kind) bodies(k *kernels.Kernel, t dense.Tile) {
	k.Items = func(n []int) (int, int) {
		rows, cols, inner, times := kind.Matrix(n)
		if kind == Back {
			return n[0] * n[1] * n[2], cols * inner
		}
		return rows * times, cols * inner
	}
	k.F32 = func(m kernels.Mem[float32], lo, hi int) { compute(kind, t, m, lo, hi) }
	k.F64 = func(m kernels.Mem[float64]) {
		n, _ := k.Items(m.N)
		compute(kind, t, m, 0, n)
	}
}

func compute[T kernels.Real](kind Kind, t dense.Tile, m kernels.Mem[T], lo, hi int) {
	c, batch := kernels.ConvolutionOf(m.N)
	s := shape[T]{c, t, batch, m.N[4], m.N[5]}
	switch kind {
	case Conv:
		s.conv(m.F[0], m.F[1], m.F[2], lo, hi)
	case Back:
		s.back(m.F[0], m.F[1], m.F[2], lo, hi)
	case Weight:
		s.weight(m.F[0], m.F[1], m.F[2], m.N[runsAt], lo, hi)
	}
}

// shape is a convolution, and the tile that computes it. y has images of rows x cols positions.
type shape[T kernels.Real] struct {
	kernels.Convolution
	tile              dense.Tile
	batch, rows, cols int
}

// product is a·b of factors as the tile multiplies them. a is 0 outside an image.
func (s shape[T]) product(a, b T) float64 {
	return s.tile.Factor(float64(a)) * s.tile.Factor(float64(b))
}

// at is element (b,row,col,channel) of images (…, height, width, channels), or 0 outside them.
func at[T kernels.Real](images []T, b, height, row, width, col, channels, channel int) T {
	if row < 0 || row >= height || col < 0 || col >= width {
		return 0
	}
	return images[((b*height+row)*width+col)*channels+channel]
}

// x is element channel of the pixel that position p of y meets with tap (kh,kw).
func (s shape[T]) x(x []T, p, kh, kw, channel int) T {
	b, i, j := p/(s.rows*s.cols), p/s.cols%s.rows, p%s.cols
	return at(x, b, s.Height, i*s.Stride-s.Pad+kh, s.Width, j*s.Stride-s.Pad+kw, s.Channels, channel)
}

// w is the number of an element of w.
func (s shape[T]) w(kh, kw, channel, output int) int {
	return ((kh*s.KernelWidth+kw)*s.Channels+channel)*s.Outputs + output
}

// conv computes the positions lo to hi-1 of y.
func (s shape[T]) conv(y, x, w []T, lo, hi int) {
	for p := lo; p < hi; p++ {
		for o := range s.Outputs {
			sum := 0.0
			for kh := range s.KernelHeight {
				for kw := range s.KernelWidth {
					for c := range s.Channels {
						sum += s.product(s.x(x, p, kh, kw, c), w[s.w(kh, kw, c, o)])
					}
				}
			}
			y[p*s.Outputs+o] = T(sum)
		}
	}
}

// back computes the pixels lo to hi-1 of x.
func (s shape[T]) back(x, y, w []T, lo, hi int) {
	for p := lo; p < hi; p++ {
		b, h, v := p/(s.Height*s.Width), p/s.Width%s.Height+s.Pad, p%s.Width+s.Pad
		for c := range s.Channels {
			sum := 0.0
			for kh := h % s.Stride; kh < s.KernelHeight; kh += s.Stride {
				for kw := v % s.Stride; kw < s.KernelWidth; kw += s.Stride {
					for o := range s.Outputs {
						d := at(y, b, s.rows, (h-kh)/s.Stride, s.cols, (v-kw)/s.Stride, s.Outputs, o)
						sum += s.product(d, w[s.w(kh, kw, c, o)])
					}
				}
			}
			x[p*s.Channels+c] = T(sum)
		}
	}
}

// weight computes the rows lo to hi-1 of the sums of all runs: a row for each tap and channel.
func (s shape[T]) weight(w, x, y []T, runs, lo, hi int) {
	positions, rows := s.batch*s.rows*s.cols, s.KernelHeight*s.KernelWidth*s.Channels
	length := runLength(positions, runs, s.tile.Depth)
	for r := lo; r < hi; r++ {
		first, row := r/rows*length, r%rows
		for o := range s.Outputs {
			sum := 0.0
			for p := first; p < min(first+length, positions); p++ {
				tap := row / s.Channels
				sum += s.product(s.x(x, p, tap/s.KernelWidth, tap%s.KernelWidth, row%s.Channels), y[p*s.Outputs+o])
			}
			w[r*s.Outputs+o] = T(sum)
		}
	}
}

// runLength is the number of positions of a run but the last, a multiple of the terms of a step. The
// last runs may be shorter, and empty.
func runLength(positions, runs, depth int) int { return up(positions, runs*depth) * depth }
