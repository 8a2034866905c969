//go:build amd64 && !purego

package kernels

// The bodies of the passes that take most of a step, in vector instructions. They do
// the operations of the Go bodies in the same order; only the sigmoid's exponential is
// another, good to 2 units in the last place.

var (
	avx512Bodies = map[string]body{
		"bias_relu":    vectorBiasReLU(biasReLUAVX512),
		"bias_sigmoid": vectorBiasSigmoid(biasSigmoidAVX512),
		"relu_grad":    vectorGrad(16, reluGradAVX512),
		"sigmoid_grad": vectorGrad(16, sigmoidGradAVX512),
		"adam":         vectorAdam(adamAVX512),
		"non_finite":   vectorNonFinite(notFiniteAVX512),
		"gather":       vectorGather(16, pixelsAVX512),
		"uniform":      vectorUniform,
	}
	avx2Bodies = map[string]body{
		"bias_relu":    vectorBiasReLU(biasReLUAVX2),
		"bias_sigmoid": vectorBiasSigmoid(biasSigmoidAVX2),
		"relu_grad":    vectorGrad(8, reluGradAVX2),
		"sigmoid_grad": vectorGrad(8, sigmoidGradAVX2),
		"adam":         vectorAdam(adamAVX2),
		"non_finite":   vectorNonFinite(notFiniteAVX2),
		"gather":       vectorGather(8, pixelsAVX2),
	}
)

func vectorBiasReLU(row func(n int, y, bias, slope *float32)) body {
	return func(m Mem[float32], lo, hi int) {
		y, bias, cols := m.F[0], m.F[1], m.N[1]
		for i := lo; i < hi; i++ {
			row(cols, &y[i*cols], &bias[0], &m.S[0])
		}
	}
}

func vectorBiasSigmoid(row func(n int, y, bias *float32)) body {
	return func(m Mem[float32], lo, hi int) {
		y, bias, cols := m.F[0], m.F[1], m.N[1]
		for i := lo; i < hi; i++ {
			row(cols, &y[i*cols], &bias[0])
		}
	}
}

func vectorGrad(lanes int, columns func(rows, stride, n int, d, dbias, y, slope *float32)) body {
	return func(m Mem[float32], lo, hi int) {
		d, dbias, y, rows, cols := m.F[0], m.F[1], m.F[2], m.N[0], m.N[1]
		slope := &dbias[0] // what a sigmoid gets, and does not use
		if len(m.S) > 0 {
			slope = &m.S[0]
		}
		for ; lo < hi; lo += lanes {
			columns(rows, cols, min(lanes, hi-lo), &d[lo], &dbias[lo], &y[lo], slope)
		}
	}
}

func vectorAdam(update func(n int, w, m, v, grad, rate, scalars *float32)) body {
	return func(a Mem[float32], lo, hi int) {
		update(hi-lo, &a.F[0][lo], &a.F[1][lo], &a.F[2][lo], &a.F[3][lo], &a.F[4][0], &a.S[0])
	}
}

func vectorNonFinite(found func(n int, x *float32) bool) body {
	return func(m Mem[float32], lo, hi int) {
		first, x, step := m.U[0], m.F[0], m.U[1][0]
		for c := lo; c < hi; c++ {
			if found(min(Chunk, len(x)-c*Chunk), &x[c*Chunk]) && first[c] == 0 {
				first[c] = step
			}
		}
	}
}

func vectorGather(lanes int, whole func(n int, x *float32, p *uint8)) body {
	return func(m Mem[float32], lo, hi int) {
		x, index, data, pixels, images := m.F[0], m.U[0], m.B[0], m.N[1], uint32(m.N[2])
		most := pixels / lanes * lanes
		for i := lo; i < hi; i++ {
			// The images lie anywhere in the data: the next ones are on their way by then.
			if next := i + 2; next < hi && index[next] < images {
				prefetch(pixels, &data[int(index[next])*pixels])
			}
			if most == 0 || index[i] >= images {
				gatherRows(m, i, i+1)
				continue
			}
			row, from := x[i*pixels:][:pixels], data[int(index[i])*pixels:][:pixels]
			whole(most, &row[0], &from[0])
			for j := most; j < pixels; j++ {
				row[j] = float32(from[j]) / 255
			}
		}
	}
}

func vectorUniform(m Mem[float32], lo, hi int) {
	const lanes = 16
	z, key, purpose, step := m.F[0], [2]uint32(m.U[0]), Purpose(m.N[1]), m.U[1][0]
	if groups := (min(hi, len(z)/4) - lo) / lanes; groups > 0 {
		uniformAVX512(groups, &z[4*lo], uint32(lo), uint32(purpose), step, key[0], key[1])
		lo += groups * lanes
	}
	uniformBlocks(z, key, purpose, step, lo, hi)
}
