package model

import (
	"fmt"
	"math"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// Some losses have an autoencoder for D: Enc makes a code of the values that D gets, and Dec makes them again of
// the code. D's output on a row x of n values is its reconstruction error, the root of the mean squared difference,
//
//	D(x) = |Dec(Enc(x)) - x|/√n
//
// So it is low for real images. Zhao, Mathieu and LeCun, "Energy-based Generative Adversarial Networks" (2017), section
// 2.3, have |Dec(Enc(x)) - x|. Berthelot, Schumm and Metz, "BEGAN: Boundary Equilibrium Generative Adversarial Networks"
// (2017), section 3.1, have |x - D(x)|^η with η 1 or 2. Here it is the Euclidean norm and not its square. The gradient of
// the square vanishes where fake images are made again well, and D would not learn to make them worse. The root of n makes
// the errors of images of all sizes comparable: they are in [0,1].

// autoencodes reports whether the loss has an autoencoder for D.
func (c Config) autoencodes() bool {
	loss, _ := losses.find(c.Loss)
	return loss.value.autoencodes
}

// codeText returns the layer that makes the code in the texts of the archs: as many values as the noise has, as in
// section 4.1 of the paper of BEGAN. It is linear, so that no code is 0 because of its activation.
func (c Config) codeText() string { return fmt.Sprintf("dense %d linear", c.NoiseDim) }

// reconstructionError returns D's outputs (rows, 1) for its input x (rows, values) and what the autoencoder makes of it
// (rows, values).
func reconstructionError(b *graph.Builder, x, made *graph.Value) *graph.Value {
	rows, values := x.Rows(), x.Cols()
	off := b.Sub(b.Reshape(made, rows, values), x)
	return b.Mul(b.RowNorms(off), b.Ones(rows, 1), float32(1/math.Sqrt(float64(values))))
}

// codeLayers returns the places of the layers whose outputs can be the code: those with weights before the last one.
func codeLayers(net *nn.Net) (at []int) {
	for i, l := range net.Layers {
		switch l.(type) {
		case nn.Dropout, nn.Rescale:
		default:
			at = append(at, i)
		}
	}
	return at[:len(at)-1]
}

// codeOf returns the code (rows, values of a code) of an autoencoder, whose layers have these outputs: the narrowest of those of
// codeLayers, and of several as narrow the last, which has its activation. It is nil if there are none.
func codeOf(net *nn.Net, outputs []*graph.Value) (code *graph.Value) {
	for _, i := range codeLayers(net) {
		if v := outputs[i]; code == nil || v.Cols() <= code.Cols() {
			code = v
		}
	}
	return code
}

// pullAway returns weight times the pull-away term of codes (n, values of a code), n above 1: the mean squared cosine of two
// different codes. It pushes them apart, so that a batch has images of several kinds. A code of zeros is at a right angle to all.
//
//	1/(n(n-1)) · Σ_i Σ_{j≠i} (s_iᵀs_j/(|s_i||s_j|))²
//
// Zhao et al. 2017, section 2.4.
func pullAway(b *graph.Builder, codes *graph.Value, weight float64) *graph.Value {
	n := codes.Rows()
	others := make([]float32, n*n) // 0 where a code is compared with itself
	for i := range others {
		if i/n != i%n {
			others[i] = 1
		}
	}
	unit := b.UnitRows(codes)
	cosines := b.Mul(b.MatMul(unit, unit, false, true), b.Constant(others, n, n), 1)
	return b.Penalty(cosines, float32(weight)/float32(n-1), 0)
}
