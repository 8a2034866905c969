package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgan/kernels"
)

// TestSum: two stages add every element once, and are enough for any tensor.
func TestSum(t *testing.T) {
	dev := newDevice(t, 2)
	r := rand.New(rand.NewPCG(1, 0))
	for _, n := range []int{1, kernels.SumRun, kernels.SumRun + 1, 3*kernels.SumRun + 5} {
		values, want := make([]float32, n), 0.0
		for i := range values {
			values[i] = float32(r.Float64())
			want += float64(values[i])
		}
		x, partial, total := zeros(t, dev, n), zeros(t, dev, (n+kernels.SumRun-1)/kernels.SumRun), zeros(t, dev, 1)
		got := make([]float32, 1)
		for _, err := range []error{dev.Upload(x, values), kernels.Sum(dev, total, partial, x), dev.Download(got, total)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if off := math.Abs(float64(got[0]) - want); !(off <= 2e-7*want) {
			t.Errorf("the sum of %d values is %g, want %g", n, got[0], want)
		}
	}
	if most := math.MaxInt32/kernels.SumRun + 1; most > kernels.SumRun {
		t.Errorf("%d runs, a second stage takes %d", most, kernels.SumRun)
	}
	if kernels.Sum(dev, zeros(t, dev, 1), zeros(t, dev, 2), zeros(t, dev, 1)) == nil {
		t.Error("two partial sums of one run were accepted")
	}
}
