package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var ramp = Kernel{
	Name:    "ramp",
	Params:  []Param{out("value"), words("clock")},
	Scalars: []string{"from", "to"}, Sizes: []string{"steps"},
	Lens:  func([]int) []int { return []int{1, 1} },
	Items: single, Grid: gridThread, Tol: roundedTol,
	F32: func(m Mem[float32], _, _ int) {
		from, to, done, steps := float64(m.S[0]), float64(m.S[1]), m.U[0][0]-1, uint32(m.N[0])
		if done >= steps {
			m.F[0][0] = m.S[1]
			return
		}
		m.F[0][0] = float32(from + (to-from)*(float64(done)/float64(steps)))
	},
	F64: func(m Mem[float64]) {
		m.F[0][0] = m.S[0] + (m.S[1]-m.S[0])*math.Min(1, (float64(m.U[0][0])-1)/float64(m.N[0]))
	},
}

// Ramp writes to value (1) a number that changes linearly from one value to another within the
// given number of steps, 1 or more, and then stays:
//
//	from + (to-from)·min(1, (step-1)/steps)
//
// For the momentum it is the schedule of the published configuration of Goodfellow et al.,
// "Generative Adversarial Nets" (2014).
func Ramp(dev Device, value, clock *tensor.Dense, from, to float32, steps int) error {
	return dev.Launch(&ramp, Args{[]*tensor.Dense{value, clock}, []float32{from, to}, []int{steps}})
}
