package model_test

import (
	"context"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model"
)

// factors is a device that looks at the first factors of its products.
type factors struct {
	kernels.Device
	products, zeros int // products, and those by a matrix of zeros
}

func (f *factors) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	values := make([]float32, a.Shape().TotalSize())
	if err := f.Download(values, a); err != nil { // the product is being recorded
		return f.Device.MatMul(dst, a, b, tA, tB)
	}
	f.products++
	if !slices.ContainsFunc(values, func(v float32) bool { return v != 0 }) {
		f.zeros++
	}
	return f.Device.MatMul(dst, a, b, tA, tB)
}

// TestProductsOfData: the products of a step are timed with what a step multiplies. A product of zeros
// takes less time than others.
func TestProductsOfData(t *testing.T) {
	onCPU(t)
	c := model.Default()
	c.BatchSize = 16
	dev := &factors{Device: cpu(t, 1)}
	_, err := model.RunBench(context.Background(), dev, c, noiseSet(t, c.BatchSize, c), model.BenchOptions{Step: 1, Products: true})
	must(t, err)
	if dev.products == 0 || dev.zeros > 0 {
		t.Errorf("%d of %d products are by a matrix of zeros", dev.zeros, dev.products)
	}
}
