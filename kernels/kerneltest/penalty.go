package kerneltest

import (
	"math/rand/v2"

	"gorgan/kernels"
)

// checkPenalty compares t of row_penalty, from the device, with central differences of the penalty
// as the oracles of row_penalty and row_loss compute it. The scalars are weight and centre.
func checkPenalty(dev kernels.Device, scalars []float32) error {
	const rows, cols, h = 7, 5, 1e-5
	r := rand.New(rand.NewPCG(5, 0))
	g := normals(r, rows*cols)
	s := []float64{float64(scalars[0]), float64(scalars[1])}
	penalty := func() float64 {
		norm, stats := make([]float64, rows), make([]float64, 2)
		byName("row_penalty").F64(kernels.Mem[float64]{F: [][]float64{make([]float64, rows*cols), norm, g}, S: s, N: []int{rows, cols}})
		byName("row_loss").F64(kernels.Mem[float64]{F: [][]float64{stats, norm}, S: s, N: []int{rows}})
		return stats[0]
	}
	got, err := launch(dev, byName("row_penalty"), scalars, []int{rows, cols},
		make([]float32, rows*cols), make([]float32, rows), single(g))
	if err != nil {
		return err
	}
	for i := range g {
		if err := near("t", i, got[0][i], difference(g, i, h, penalty)); err != nil {
			return err
		}
	}
	return nil
}
