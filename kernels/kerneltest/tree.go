package kerneltest

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// checkTree returns an error unless TreeSum adds in the order of a balanced tree, and refuses rows that have no such
// tree. The numbers have many magnitudes, so that their sum has other bits in another order.
func checkTree(dev kernels.Device) error {
	const cols = 70
	r := rand.New(rand.NewPCG(7, 8))
	for rows := 1; rows <= 1<<kernels.TreeLevels; rows *= 2 {
		values := make([]float32, rows*cols)
		for i := range values {
			values[i] = float32(r.NormFloat64()) * float32(int(1)<<r.IntN(30))
		}
		got, err := treeSum(dev, values, cols)
		if err != nil {
			return err
		}
		for c, v := range got {
			if want := 0.5 * tree(values, cols, c, 0, rows); v != want {
				return fmt.Errorf("element %d of a tree of %d rows is %g, want %g", c, rows, v, want)
			}
		}
	}
	for _, rows := range []int{3, 12, 512} {
		if _, err := treeSum(dev, make([]float32, rows*cols), cols); err == nil {
			return fmt.Errorf("a tree of %d rows was accepted", rows)
		}
	}
	return nil
}

// treeSum returns half the sum of the rows.
func treeSum(dev kernels.Device, values []float32, cols int) ([]float32, error) {
	x, err := dev.New(tensor.Float32, len(values)/cols, cols)
	if err != nil {
		return nil, err
	}
	y, err := dev.New(tensor.Float32, cols)
	if err != nil {
		return nil, err
	}
	if err := dev.Upload(x, values); err != nil {
		return nil, err
	}
	if err := kernels.TreeSum(dev, y, x, 0.5); err != nil {
		return nil, err
	}
	got := make([]float32, cols)
	return got, dev.Download(got, y)
}

// tree is the sum of column c of the rows from lo to hi-1.
func tree(x []float32, cols, c, lo, hi int) float32 {
	if hi == lo+1 {
		return x[lo*cols+c]
	}
	half := (lo + hi) / 2
	return tree(x, cols, c, lo, half) + tree(x, cols, c, half, hi)
}
