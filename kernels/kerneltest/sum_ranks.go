package kerneltest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// SumRanks returns an error unless the sum of rows over the ranks of dev, each of which has added its own, has the
// bits of the sum of all rows on alone, a device without a group, in each of two runs of a step. All ranks must call
// it at the same time; their number is a power of two, at most 8.
func SumRanks(dev, alone kernels.Device) error {
	const rows, cols = 8, 56
	values := make([]float32, rows*cols)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range values {
		values[i] = float32(r.NormFloat64()) * float32(int(1)<<r.IntN(30))
	}
	want, err := sumRanks(alone, values, cols, 1./rows)
	if err != nil {
		return err
	}
	for c, sum := range want {
		exact := 0.0
		for i := c; i < len(values); i += cols {
			exact += float64(values[i]) / rows
		}
		if math.Abs(float64(sum)-exact) > 1e3 { // of 1e9 at most, with 24 bits
			return fmt.Errorf("alone: element %d is %g, want %g", c, sum, exact)
		}
	}
	rank, ranks := dev.Group()
	n := len(values) / ranks
	got, err := sumRanks(dev, values[rank*n:][:n], cols, 1./rows)
	if err != nil {
		return err
	}
	for c := range want {
		if math.Float32bits(got[c]) != math.Float32bits(want[c]) {
			return fmt.Errorf("rank %d of %d: element %d is %g, want the bits of one rank, %g", rank, ranks, c, got[c], want[c])
		}
	}
	return nil
}

// sumRanks runs a step that adds the rows of values, and then those of all ranks.
func sumRanks(dev kernels.Device, values []float32, cols int, factor float32) ([]float32, error) {
	_, ranks := dev.Group()
	var t [4]*tensor.Dense
	for i, n := range []int{len(values), cols, cols, cols / ranks} {
		var err error
		if t[i], err = dev.New(tensor.Float32, n); err != nil {
			return nil, err
		}
	}
	if err := dev.Upload(t[0], values); err != nil {
		return nil, err
	}
	step, err := dev.Record(func() error {
		if err := kernels.TreeSum(dev, t[1], t[0], 1); err != nil {
			return err
		}
		return kernels.SumRanks(dev, t[1], t[2], t[3], factor)
	})
	if err != nil {
		return nil, err
	}
	if err := step.RunMany(2); err != nil {
		return nil, err
	}
	got := make([]float32, cols)
	return got, dev.Download(got, t[1])
}
