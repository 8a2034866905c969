//go:build amd64 && !purego

package cpu

import (
	"math"

	"gorgan/kernels"
)

// The bodies of kernels in vector instructions. They do the operations of the Go bodies in the
// same order, with two differences. The exponential of the sigmoid and of the hyperbolic
// tangent is another one, which is off by at most 3 units in the last place. Adam and Momentum
// take denormals for 0.

var (
	avx512Bodies = map[string]kernels.Body{
		"bias_linear":   vectorBias(biasLinearAVX512),
		"bias_relu":     vectorBiasReLU(biasReLUAVX512),
		"bias_sigmoid":  vectorBias(biasSigmoidAVX512),
		"bias_tanh":     vectorBias(biasTanhAVX512),
		"linear_grad":   vectorSums(16, sumColumnsAVX512),
		"relu_grad":     vectorGrad(16, reluGradAVX512),
		"sigmoid_grad":  vectorGrad(16, sigmoidGradAVX512),
		"tanh_grad":     vectorGrad(16, tanhGradAVX512),
		"maxout":        vectorMaxout(16, biasLinearAVX512, maxoutAVX512),
		"maxout_grad":   vectorMaxoutGrad(16, maxoutGradAVX512, sumColumnsAVX512),
		"maxout_pick":   vectorMaxoutPick(16, maxoutPickAVX512),
		"dropout":       vectorDropout(16, dropAVX512),
		"uniform":       vectorUniform(16, uniformAVX512),
		"perturb":       vectorPerturb(16, perturbAVX512),
		"interpolate":   vectorInterpolate(mixAVX512),
		"row_penalty":   vectorRowPenalty(sumSquaresAVX512, scaleRowAVX512),
		"adam":          vectorAdam(adamAVX512),
		"adagrad":       vectorAdagrad(adagradAVX512),
		"momentum":      vectorMomentum(momentumAVX512),
		"ema":           vectorEMA(mixAVX512),
		"clip":          vectorClip(clipAVX512),
		"non_finite":    vectorNonFinite(notFiniteAVX512),
		"gather":        vectorGather(16, pixelsAVX512),
		"batch_moments": vectorBatchMoments(batchMomentsAVX512),
		"batch_norm":    vectorBatchNorm(batchNormAVX512),
		"batch_sums":    vectorBatchSums(batchSumsAVX512),
		"batch_grad":    vectorBatchGrad(batchGradAVX512),
	}
	avx2Bodies = map[string]kernels.Body{
		"bias_linear":   vectorBias(biasLinearAVX2),
		"bias_relu":     vectorBiasReLU(biasReLUAVX2),
		"bias_sigmoid":  vectorBias(biasSigmoidAVX2),
		"bias_tanh":     vectorBias(biasTanhAVX2),
		"linear_grad":   vectorSums(8, sumColumnsAVX2),
		"relu_grad":     vectorGrad(8, reluGradAVX2),
		"sigmoid_grad":  vectorGrad(8, sigmoidGradAVX2),
		"tanh_grad":     vectorGrad(8, tanhGradAVX2),
		"maxout":        vectorMaxout(8, biasLinearAVX2, maxoutAVX2),
		"maxout_grad":   vectorMaxoutGrad(8, maxoutGradAVX2, sumColumnsAVX2),
		"maxout_pick":   vectorMaxoutPick(8, maxoutPickAVX2),
		"dropout":       vectorDropout(8, dropAVX2),
		"uniform":       vectorUniform(8, uniformAVX2),
		"perturb":       vectorPerturb(8, perturbAVX2),
		"interpolate":   vectorInterpolate(mixAVX2),
		"row_penalty":   vectorRowPenalty(sumSquaresAVX2, scaleRowAVX2),
		"adam":          vectorAdam(adamAVX2),
		"adagrad":       vectorAdagrad(adagradAVX2),
		"momentum":      vectorMomentum(momentumAVX2),
		"ema":           vectorEMA(mixAVX2),
		"clip":          vectorClip(clipAVX2),
		"non_finite":    vectorNonFinite(notFiniteAVX2),
		"gather":        vectorGather(8, pixelsAVX2),
		"batch_moments": vectorBatchMoments(batchMomentsAVX2),
		"batch_norm":    vectorBatchNorm(batchNormAVX2),
		"batch_sums":    vectorBatchSums(batchSumsAVX2),
		"batch_grad":    vectorBatchGrad(batchGradAVX2),
	}
)

func vectorNonFinite(found func(n int, x *float32) bool) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) {
		first, x, step := m.U[0], m.F[0], m.U[1][0]
		for c := lo; c < hi; c++ {
			if found(min(kernels.Chunk, len(x)-c*kernels.Chunk), &x[c*kernels.Chunk]) && first[c] == 0 {
				first[c] = step
			}
		}
	}
}

func vectorGather(lanes int, whole func(n int, x *float32, p *uint8)) kernels.Body {
	plain := kernels.Named("gather").F32
	return func(m kernels.Mem[float32], lo, hi int) {
		x, index, data, pixels, images, stack := m.F[0], m.U[0], m.B[0], m.N[1], uint32(m.N[2]), m.N[3]
		if stack > 1 {
			plain(m, lo, hi)
			return
		}
		most := pixels / lanes * lanes
		for i := lo; i < hi; i++ {
			// The images are scattered over the data. The one after the next is fetched ahead.
			if next := i + 2; next < hi && index[next] < images {
				prefetch(pixels, &data[int(index[next])*pixels])
			}
			if most == 0 || index[i] >= images {
				plain(m, i, i+1)
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

func vectorInterpolate(mix func(n int, to, a, b *float32, share float32)) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) {
		x, a, b, cols := m.F[0], m.F[1], m.F[2], m.N[1]
		for r := lo; r < hi; r++ {
			mix(cols, &x[r*cols], &a[r*cols], &b[r*cols], kernels.InterpolationShare(m, r))
		}
	}
}

func vectorRowPenalty(squares func(n int, x *float32) float64, scale func(n int, to, x *float32, factor float64)) kernels.Body {
	return func(m kernels.Mem[float32], lo, hi int) {
		t, norms, g, cols := m.F[0], m.F[1], m.F[2], m.N[1]
		for i := lo; i < hi; i++ {
			norm := math.Sqrt(squares(cols, &g[i*cols]))
			norms[i] = float32(norm)
			scale(cols, &t[i*cols], &g[i*cols], kernels.PenaltyFactor(m, norm))
		}
	}
}
