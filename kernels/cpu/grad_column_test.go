package cpu_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// TestSingleColumn: a gradient of one column, which is taken as a row, has the bits that it has beside
// another column.
func TestSingleColumn(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		dev, r := newDevice(t, 2), rand.New(rand.NewPCG(3, 4))
		for _, name := range []string{"relu_grad", "sigmoid_grad", "tanh_grad"} {
			grad := func(cols int, d, y []float32) (dx, sums []float32) {
				rows := len(d) / cols
				partials := kernels.GradPartials(rows)
				a := kernels.Args{Tensors: []*tensor.Dense{holding(t, dev, d, rows, cols), holding(t, dev, make([]float32, partials*cols), partials, cols), holding(t, dev, y, rows, cols)}, Sizes: []int{rows, cols}}
				if name == "relu_grad" {
					a.Scalars = []float32{0.2}
				}
				dx, sums = make([]float32, len(d)), make([]float32, partials*cols)
				for _, err := range []error{dev.Launch(kernels.Named(name), a), dev.Download(dx, a.Tensors[0]), dev.Download(sums, a.Tensors[1])} {
					if err != nil {
						t.Fatal(err)
					}
				}
				return dx, sums
			}
			for _, rows := range []int{1, 7, 16, 33, 64, 65, 1023, 1025, 3000} {
				d, y := make([]float32, rows), make([]float32, rows)
				twoD, twoY := make([]float32, 2*rows), make([]float32, 2*rows)
				for i := range d {
					d[i], y[i] = float32(r.NormFloat64()), r.Float32()
					twoD[2*i], twoY[2*i], twoD[2*i+1] = d[i], y[i], 1
				}
				dx, sums := grad(1, d, y)
				wantDX, wantSums := grad(2, twoD, twoY)
				everyOther := func(v []float32) (first []float32) {
					for i := 0; i < len(v); i += 2 {
						first = append(first, v[i])
					}
					return first
				}
				if !slices.Equal(dx, everyOther(wantDX)) || !slices.Equal(sums, everyOther(wantSums)) {
					t.Errorf("%s of %d rows: one column differs from the first of two", name, rows)
				}
			}
		}
	})
}
