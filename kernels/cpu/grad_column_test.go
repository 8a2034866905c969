package cpu_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// TestFewColumns: a gradient of few columns, whose values are taken as a row, has the bits that it has beside
// other columns.
func TestFewColumns(t *testing.T) {
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
				for few := 1; few <= 5; few++ {
					const many = 7
					d, y := make([]float32, rows*few), make([]float32, rows*few)
					manyD, manyY := slices.Repeat([]float32{1}, rows*many), make([]float32, rows*many)
					for i := range d {
						d[i], y[i] = float32(r.NormFloat64()), r.Float32()
						at := i/few*many + i%few
						manyD[at], manyY[at] = d[i], y[i]
					}
					dx, sums := grad(few, d, y)
					wantDX, wantSums := grad(many, manyD, manyY)
					first := func(v []float32) (columns []float32) {
						for ; len(v) > 0; v = v[many:] {
							columns = append(columns, v[:few]...)
						}
						return columns
					}
					if !slices.Equal(dx, first(wantDX)) || !slices.Equal(sums, first(wantSums)) {
						t.Errorf("%s of %d rows: %d columns differ from the first of %d", name, rows, few, many)
					}
				}
			}
		}
	})
}
