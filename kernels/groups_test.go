package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// TestGroups holds the oracles of a convolution with groups against those of a convolution without, whose
// weights between different groups are 0.
func TestGroups(t *testing.T) {
	dev := kerneltest.NewFloat64()
	c := kernels.Convolution{Height: 5, Width: 4, Channels: 6, Outputs: 9, KernelHeight: 3, KernelWidth: 2, Stride: 2, Pad: 1, Groups: 3}
	whole := c
	whole.Groups = 1
	const batch = 2
	r := rand.New(rand.NewPCG(1, 1))
	filled := func(n int) *tensor.Dense {
		values := make([]float64, n)
		for i := range values {
			values[i] = r.NormFloat64()
		}
		d, err := dev.New(tensor.Float32, batch, n/batch)
		if err == nil {
			err = dev.Upload64(d, values)
		}
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	x, y, w := filled(batch*c.In()), filled(batch*c.Out()), filled(3*2*2*9)
	dense := filled(3 * 2 * 6 * 9)
	// place calls do for each element of w, with its place in dense.
	place := func(do func(part, all int)) {
		for i := range 3 * 2 * 2 * 9 {
			tap, ch, o := i/(2*9), i/9%2, i%9
			do(i, (tap*6+o/3*2+ch)*9+o)
		}
	}
	blocks, parts := make([]float64, 3*2*6*9), dev.Download64(w)
	place(func(part, all int) { blocks[all] = parts[part] })
	if err := dev.Upload64(dense, blocks); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]func(w *tensor.Dense, c kernels.Convolution) (*tensor.Dense, error){
		"conv": func(w *tensor.Dense, c kernels.Convolution) (*tensor.Dense, error) {
			out := filled(batch * c.Out())
			return out, kernels.Conv(dev, out, x, w, c)
		},
		"conv_back": func(w *tensor.Dense, c kernels.Convolution) (*tensor.Dense, error) {
			out := filled(batch * c.In())
			return out, kernels.ConvBack(dev, out, y, w, c)
		},
	} {
		got, err := of(w, c)
		if err != nil {
			t.Fatal(err)
		}
		want, err := of(dense, whole)
		if err != nil {
			t.Fatal(err)
		}
		near(t, name, dev.Download64(got), dev.Download64(want))
	}
	got, all := filled(3*2*2*9), filled(3*2*6*9)
	if err := kernels.ConvWeight(dev, got, x, y, c); err != nil {
		t.Fatal(err)
	}
	if err := kernels.ConvWeight(dev, all, x, y, whole); err != nil {
		t.Fatal(err)
	}
	want, from := make([]float64, 3*2*2*9), dev.Download64(all)
	place(func(part, all int) { want[part] = from[all] })
	near(t, "conv_weight", dev.Download64(got), want)
	if got, want := c.Multiplications()*3, whole.Multiplications(); got != want {
		t.Errorf("three groups have %d multiplications times 3, want %d", got, want)
	}
}

func near(t *testing.T, name string, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if math.Abs(got[i]-w) > 1e-12 {
			t.Fatalf("%s: value %d is %v, want %v", name, i, got[i], w)
		}
	}
}
