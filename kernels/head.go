package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var head = Kernel{
	Name: "head",
	Params: []Param{out("logits"), out("dlogits"), out("dh"),
		in("h").of(Rectified), in("w"), in("bias")},
	Scalars: []string{"slope", "target1", "weight1", "target2", "weight2"},
	Sizes:   []string{"rows", "cols", "first"},
	Lens:    func(n []int) []int { return []int{n[0], n[0], n[0] * n[1], n[0] * n[1], n[1], 1} },
	Items:   func(n []int) (int, int) { return n[0], 3*n[1] + 20 },
	Grid:    func(n []int) Grid { return Grid{(n[0] + 7) / 8, 256} }, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		cols := m.N[1]
		for r := lo; r < hi; r++ {
			h, dh, w := m.F[3][r*cols:][:cols], m.F[2][r*cols:][:cols], m.F[4]
			sum := float64(m.F[5][0])
			for c, v := range h {
				sum += float64(v) * float64(w[c])
			}
			target, weight, n := headGroup(m, r)
			m.F[0][r] = float32(sum)
			d := float32(weight * (logistic(sum) - target) / n)
			m.F[1][r] = d
			for c, v := range h {
				dh[c] = d * w[c]
				if !(v > 0) {
					dh[c] *= m.S[0]
				}
			}
		}
	},
	F64: func(m Mem[float64]) {
		cols := m.N[1]
		for r := range m.N[0] {
			h, dh, w := m.F[3][r*cols:][:cols], m.F[2][r*cols:][:cols], m.F[4]
			logit := m.F[5][0]
			for c, v := range h {
				logit += v * w[c]
			}
			target, weight, n := headGroup(m, r)
			m.F[0][r], m.F[1][r] = logit, weight*(1/(1+math.Exp(-logit))-target)/n
			for c, v := range h {
				dh[c] = m.F[1][r] * w[c]
				if !(v > 0) {
					dh[c] *= m.S[0]
				}
			}
		}
	},
}

// headGroup returns the target, the weight and the number of rows of row r's group.
func headGroup[T Real](m Mem[T], r int) (target, weight, n float64) {
	if first := m.N[2]; r < first {
		return float64(m.S[1]), float64(m.S[2]), float64(first)
	}
	return float64(m.S[3]), float64(m.S[4]), float64(m.N[0] - m.N[2])
}

// Target is the target, in [0,1], and the weight of a binary cross-entropy: see BCELogits.
type Target struct{ T, Weight float32 }

// Head is an output layer of one unit with its loss, on the way there and back. h (rows, cols) is
// the output of BiasReLU with that slope, w (cols) and bias (1) are the layer's parameters. It
// writes
//
//	logits (rows)     h·w + bias
//	dlogits (rows)    the gradients of BCELogits
//	dh (rows, cols)   dlogits·wᵀ, as ReLUGrad changes it
//
// The first rows have target one, the others target other. Each of the two is a batch of its own,
// whose mean its loss is. BCELoss computes the losses themselves.
func Head(dev Device, logits, dlogits, dh, h, w, bias *tensor.Dense, slope float32, one, other Target, first int) error {
	return dev.Launch(&head, Args{[]*tensor.Dense{logits, dlogits, dh, h, w, bias},
		[]float32{slope, one.T, one.Weight, other.T, other.Weight}, append(rowsCols(h), first)})
}
