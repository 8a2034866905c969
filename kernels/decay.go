package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var decay = Kernel{
	Name:    "decay",
	Params:  []Param{out("rate"), words("clock")},
	Scalars: []string{"learning_rate", "factor", "least"},
	Lens:    func([]int) []int { return []int{1, 1} },
	Items:   single, Grid: gridThread, Tol: roundedTol,
	F32: func(m Mem[float32], _, _ int) {
		rate := float64(m.S[0]) * power(float64(m.S[1]), uint64(m.U[0][0]-1))
		m.F[0][0] = float32(max(rate, float64(m.S[2])))
	},
	F64: func(m Mem[float64]) {
		m.F[0][0] = math.Max(m.S[0]*math.Pow(m.S[1], float64(m.U[0][0])-1), m.S[2])
	},
}

// Decay writes to rate (1) a learning rate that is multiplied by factor, in [0,1], each step:
//
//	max(learningRate·factor^(step-1), least)
//
// It is the schedule of the published configuration of Goodfellow et al., "Generative
// Adversarial Nets" (2014).
func Decay(dev Device, rate, clock *tensor.Dense, learningRate, factor, least float32) error {
	return dev.Launch(&decay, Args{Tensors: []*tensor.Dense{rate, clock},
		Scalars: []float32{learningRate, factor, least}})
}
