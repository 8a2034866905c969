package cpu_test

import "gorgan/kernels"

// convMatrices writes the three kernels of a convolution as explicit chains. step is one link of them.
type convMatrices struct {
	kernels.Convolution
	batch int
	plain bool // without Winograd's forms
}

// winograd returns the taps of the form of Winograd's that a product of patches is computed by, or 0.
func (c convMatrices) winograd(tapRows, tapCols, stride, channels, outputs, rows, cols int) int {
	taps := tapRows / stride
	if c.plain || stride > 2 || tapRows != tapCols || tapRows != taps*stride || taps != 2 && taps != 3 || min(channels, outputs) < 32 ||
		squaresOfSide(rows) == nil || squaresOfSide(cols) == nil {
		return 0
	}
	return taps
}

type link = func(x, y, z float32) float32

// pixel returns a value of NHWC images with a border of zeros.
func pixel(x []float32, b, height, row, width, col, channels, ch int) float32 {
	if row < 0 || col < 0 || row >= height || col >= width {
		return 0
	}
	return x[b*height*width*channels+row*width*channels+col*channels+ch]
}

func (c convMatrices) x(x []float32, b, row, col, ch int) float32 {
	return pixel(x, b, c.Height, row, c.Width, col, c.Channels, ch)
}

func (c convMatrices) y(y []float32, b, row, col, o int) float32 {
	return pixel(y, b, c.OutHeight(), row, c.OutWidth(), col, c.Outputs, o)
}

func (c convMatrices) w(w []float32, kh, kw, ch, o int) float32 {
	return w[((kh*c.KernelWidth+kw)*c.Channels+ch)*c.Outputs+o]
}

// each calls do for the numbers below each of three sizes, the last of which counts fastest.
func each(n0, n1, n2 int, do func(i, j, k int)) {
	for i := range n0 {
		for j := range n1 {
			for k := range n2 {
				do(i, j, k)
			}
		}
	}
}

// conv returns y: a chain over kh, kw and ch.
func (c convMatrices) conv(x, w []float32, step link) []float32 {
	rows, cols, s := c.OutHeight(), c.OutWidth(), c.Stride
	if taps := c.winograd(c.KernelHeight, c.KernelWidth, s, c.Channels, c.Outputs, rows, cols); taps > 0 {
		return winogradImages(taps, c.batch, rows, cols, c.Outputs, func(b, i, j, o int, add func(d, w [6][6]float32)) {
			each(s, s, c.Channels, func(row, col, ch int) {
				add(squareOf(taps+3, func(r, v int) float32 {
					return c.x(x, b, (i+r)*s-c.Pad+row, (j+v)*s-c.Pad+col, ch)
				}), squareOf(taps, func(r, v int) float32 { return c.w(w, r*s+row, v*s+col, ch, o) }))
			})
		}, step)
	}
	var y []float32
	each(c.batch, rows*cols, c.Outputs, func(b, p, o int) {
		var sum float32
		each(c.KernelHeight, c.KernelWidth, c.Channels, func(kh, kw, ch int) {
			sum = step(c.x(x, b, p/cols*s-c.Pad+kh, p%cols*s-c.Pad+kw, ch), c.w(w, kh, kw, ch, o), sum)
		})
		y = append(y, sum)
	})
	return y
}

// back returns x: a chain over the taps, from the last to the first, and o. With few channels, it is a sum
// of chains over o.
func (c convMatrices) back(y, w []float32, step link) []float32 {
	s, x := c.Stride, make([]float32, c.batch*c.In())
	each(c.batch, c.Height*c.Width, c.Channels, func(b, p, ch int) {
		row, col := p/c.Width, p%c.Width
		var sum float32
		for kh := c.KernelHeight - 1; kh >= 0; kh-- {
			for kw := c.KernelWidth - 1; kw >= 0; kw-- {
				h, v := row+c.Pad-kh, col+c.Pad-kw
				if h%s != 0 || v%s != 0 || h < 0 || v < 0 || h/s >= c.OutHeight() || v/s >= c.OutWidth() {
					continue
				}
				before := sum
				if c.Channels < 16 {
					sum = 0
				}
				for o := range c.Outputs {
					sum = step(c.y(y, b, h/s, v/s, o), c.w(w, kh, kw, ch, o), sum)
				}
				if c.Channels < 16 {
					sum += before
				}
			}
		}
		x[b*c.In()+p*c.Channels+ch] = sum
	})
	if c.Channels < 16 {
		return x
	}
	each(s, s, 1, func(row, col, _ int) {
		// The phase of the pixels (row,col) modulo the stride, and its taps.
		rows, cols, kh, kw := (c.Height-row+s-1)/s, (c.Width-col+s-1)/s, (row+c.Pad)%s, (col+c.Pad)%s
		taps := c.winograd((c.KernelHeight-kh+s-1)/s, (c.KernelWidth-kw+s-1)/s, 1, c.Outputs, c.Channels, rows, cols)
		if taps == 0 {
			return
		}
		last := taps - 1
		phase := winogradImages(taps, c.batch, rows, cols, c.Channels, func(b, i, j, ch int, add func(d, w [6][6]float32)) {
			for o := range c.Outputs {
				add(squareOf(taps+3, func(r, v int) float32 { return c.y(y, b, (row+c.Pad)/s-last+i+r, (col+c.Pad)/s-last+j+v, o) }),
					squareOf(taps, func(r, v int) float32 { return c.w(w, kh+(last-r)*s, kw+(last-v)*s, ch, o) }))
			}
		}, step)
		each(c.batch*rows, cols, c.Channels, func(i, j, ch int) {
			x[(((i/rows)*c.Height+row+i%rows*s)*c.Width+col+j*s)*c.Channels+ch] = phase[(i*cols+j)*c.Channels+ch]
		})
	})
	return x
}

// weight returns w: a chain over b and the positions of y.
func (c convMatrices) weight(x, y []float32, step link) []float32 {
	rows, cols, s := c.OutHeight(), c.OutWidth(), c.Stride
	w := make([]float32, c.KernelHeight*c.KernelWidth*c.Channels*c.Outputs)
	taps := c.winograd(c.KernelHeight, c.KernelWidth, s, c.Channels, c.Outputs, rows, cols)
	each(c.KernelHeight*c.KernelWidth, c.Channels, c.Outputs, func(tap, ch, o int) {
		kh, kw, at := tap/c.KernelWidth, tap%c.KernelWidth, (tap*c.Channels+ch)*c.Outputs+o
		switch {
		case taps == 0:
			each(c.batch, rows, cols, func(b, i, j int) {
				w[at] = step(c.x(x, b, i*s-c.Pad+kh, j*s-c.Pad+kw, ch), c.y(y, b, i, j, o), w[at])
			})
		case kh < s && kw < s:
			// The squares of three columns follow all others, and so do those of three rows.
			sums := winogradSums{step: step, taps: taps, grads: true}
			down, across := squaresOfSide(rows), squaresOfSide(cols)
			each(4, c.batch, len(down)*len(across), func(kind, b, square int) {
				i, j := down[square/len(across)], across[square%len(across)]
				if kind != 2*i.short+j.short {
					return
				}
				sums.add(squareOf(taps+3, func(r, v int) float32 { return c.x(x, b, (i.first+r)*s-c.Pad+kh, (j.first+v)*s-c.Pad+kw, ch) }),
					squareOf(4, func(r, v int) float32 {
						if r > 3-i.short || v > 3-j.short {
							return 0
						}
						return c.y(y, b, i.first+r, j.first+v, o)
					}))
			})
			for r, line := range sums.square() {
				for v, value := range line {
					if r < taps && v < taps {
						w[(((kh+r*s)*c.KernelWidth+kw+v*s)*c.Channels+ch)*c.Outputs+o] = value
					}
				}
			}
		}
	})
	return w
}
