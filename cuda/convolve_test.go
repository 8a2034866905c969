//go:build gpu && !cpu

package cuda_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/kerneltest"
)

// TestConvolve: a tile of float32 without slices gives the bits of the kernel that multiplies element by
// element, because both add the terms of a sum in the same order. The gradient of weights does with one run.
func TestConvolve(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{})
	for kind := range convolve.Weight + 1 {
		direct := kernels.Named(kind.String())
		cases, err := kerneltest.Cases(direct)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if c.Fill != "normal" {
				continue
			}
			a, err := kerneltest.Arguments(dev, direct, c)
			if err != nil {
				t.Fatal(err)
			}
			want := result(t, dev, direct, a)
			if kind == convolve.Weight {
				a.Sizes = append(slices.Clone(a.Sizes), 1)
			}
			for _, tile := range convolve.Tiles() {
				if tile.TF32 || tile.Slices > 1 {
					continue
				}
				k := convolve.Kernel(tile, kind)
				t.Run(fmt.Sprint(k.Name, c.Sizes), func(t *testing.T) {
					got := result(t, dev, k, a)
					for i := range want {
						if got[i] != want[i] {
							t.Fatalf("element %d is %g, want %g", i, got[i], want[i])
						}
					}
				})
			}
		}
	}
}

// result returns what k writes to its first tensor, which is filled with another value before.
func result(t *testing.T, dev kernels.Device, k *kernels.Kernel, a kernels.Args) []float32 {
	t.Helper()
	to := a.Tensors[0]
	values := make([]float32, to.Shape().TotalSize())
	for i := range values {
		values[i] = 77
	}
	if err := dev.Upload(to, values); err != nil {
		t.Fatal(err)
	}
	if err := dev.Launch(k, a); err != nil {
		t.Fatal(err)
	}
	if err := dev.Download(values, to); err != nil {
		t.Fatal(err)
	}
	return values
}
