package kernels

import (
	"math"

	"gorgonia.org/tensor"
)

var normal = Kernel{
	Name:    "normal",
	Params:  []Param{out("z"), words("key"), words("clock")},
	Scalars: []string{"stddev"}, Sizes: []string{"n", "stream"},
	Lens:  func(n []int) []int { return []int{n[0], 2, 1} },
	Items: byCounter(64),
	Grid:  gridCounters,
	// A GPU's approximate sine and cosine, 5e-7 off, at the largest radius, 6.8, and
	// the roundings before them.
	Tol: Tol{Abs: 1e-5},
	F32: func(m Mem[float32], lo, hi int) {
		normalBlocks(m.F[0], float64(m.S[0]), [2]uint32(m.U[0]), Stream(m.N[1]), m.U[1][0], lo, hi)
	},
	F64: func(m Mem[float64]) {
		for i := range m.F[0] {
			w := Philox4x32([4]uint32{uint32(i / 4), uint32(m.N[1]), m.U[1][0], 0}, [2]uint32(m.U[0]))
			first := i % 4 &^ 1
			u := (float64(w[first]) + 0.5) / (1 << 32)
			angle := 2 * math.Pi * float64(w[first+1]) / (1 << 32)
			if i%2 == 1 {
				angle -= math.Pi / 2 // sin(angle) = cos(angle-π/2)
			}
			m.F[0][i] = m.S[0] * math.Sqrt(-2*math.Log(u)) * math.Cos(angle)
		}
	},
}

// NewNormal fills z (any shape) with values of the normal distribution of mean 0 and
// standard deviation stddev, at most 6.8·stddev from 0, by the method of Box and
// Muller (1958) from the words that NewNoise uses: those of key (2), stream and the
// step in clock (1). For a clock of 0 they are Normal's values. Devices agree within
// 1e-5·stddev.
func NewNormal(dev Device, z, key, clock *tensor.Dense, stream Stream, stddev float32) error {
	return dev.Launch(&normal, Args{[]*tensor.Dense{z, key, clock}, []float32{stddev},
		[]int{z.Shape().TotalSize(), int(stream)}})
}
