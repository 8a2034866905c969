package convolve_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/convolve"
)

// TestKernels: each kernel has a name of its own, its tile's capability, a text, and the same address
// each time.
func TestKernels(t *testing.T) {
	all := convolve.All()
	for _, tile := range convolve.Tiles() {
		for kind := range convolve.Weight + 1 {
			k := convolve.Kernel(tile, kind)
			if want := fmt.Sprintf("%s_%s", kind, tile.Name); k == nil || k.Name != want || k != convolve.Kernel(tile, kind) || !slices.Contains(all, k) {
				t.Fatalf("kernel %+v, want %s, once", k, want)
			}
			if k.Capability != tile.Capability() || k.PTX() == "" {
				t.Errorf("%s: capability %d, or no PTX", k.Name, k.Capability)
			}
		}
	}
	if want := len(convolve.Tiles()) * int(convolve.Weight+1); len(all) != want {
		t.Errorf("there are %d kernels, want %d", len(all), want)
	}
}

// TestOracle: the float64 body of a tile of float32 is that of the kernel of package kernels, if the sums of the
// runs are added.
func TestOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range [][]int{{2, 3, 2, 3, 2, 1, 5, 6, 6, 2, 2}, {3, 5, 7, 2, 2, 2, 3, 2, 1, 3, 0}, {2, 8, 6, 4, 4, 3, 4, 4, 4, 2, 1}} {
		for kind := range convolve.Weight + 1 {
			tile := convolve.Tiles()[1]
			k, of := convolve.Kernel(tile, kind), kernels.Named(kind.String())
			runs, sizes := 1, n
			if kind == convolve.Weight {
				runs = 2
				sizes = append(slices.Clone(n), runs)
			}
			got, want := kernels.Mem[float64]{N: sizes}, kernels.Mem[float64]{N: n}
			for i, length := range of.Lens(n) {
				values := make([]float64, length)
				for j := range values {
					values[j] = r.NormFloat64()
				}
				want.F = append(want.F, values)
				if i == 0 {
					values = make([]float64, k.Lens(sizes)[0])
				}
				got.F = append(got.F, values)
			}
			k.F64(got)
			of.F64(want)
			for i, w := range want.F[0] {
				sum := 0.0
				for run := range runs {
					sum += got.F[0][run*len(want.F[0])+i]
				}
				if off := sum - w; off*off > 1e-20 {
					t.Fatalf("%s %v: element %d is %g, want %g", k.Name, n, i, sum, w)
				}
			}
		}
	}
}

// TestChoose: which tile and how many runs a convolution gets.
func TestChoose(t *testing.T) {
	// 4x4 kernels with a stride of 2 on images of a side, with channels in and out
	layer := func(batch, side, in, out int) []int {
		return []int{batch, side, side, in, side / 2, side / 2, out, 4, 4, 2, 1}
	}
	for _, c := range []struct {
		kernel string
		sizes  []int
		tf32   bool
		want   string
		runs   int // 0 for a kernel without runs
	}{
		{"conv", layer(128, 64, 3, 64), false, "conv_m", 0},
		{"conv", layer(128, 32, 64, 128), true, "conv_tf32_l", 0},
		{"conv", layer(128, 32, 64, 128), false, "conv_l", 0},
		{"conv", layer(64, 8, 256, 512), true, "conv_tf32_m", 0},
		{"conv", layer(64, 8, 256, 512), false, "conv_m", 0},
		{"conv", layer(2, 8, 8, 4), true, "conv_n", 0},
		{"conv_back", layer(128, 64, 3, 64), true, "conv_back_n", 0},
		{"conv_back", layer(128, 32, 64, 128), true, "conv_back_tf32_m", 0},
		{"conv_back", layer(128, 32, 128, 256), true, "conv_back_tf32_l", 0},
		{"conv_weight", layer(128, 64, 3, 64), false, "conv_weight_m", 256},
		{"conv_weight", layer(128, 8, 256, 512), true, "conv_weight_tf32_l", 2},
		{"conv_weight", layer(2, 8, 8, 16), true, "conv_weight_tf32_m", 1},
		{"bias_relu", []int{4, 4}, true, "", 0},
	} {
		k, sizes, ok := convolve.Choose(c.kernel, c.sizes, c.tf32)
		if !ok {
			if c.want != "" {
				t.Errorf("%s %v: no kernel, want %s", c.kernel, c.sizes, c.want)
			}
			continue
		}
		want := slices.Clone(c.sizes)
		if c.runs > 0 {
			want = append(want, c.runs)
		}
		if k.Name != c.want || !slices.Equal(sizes, want) {
			t.Errorf("%s %v, TF32 %v: got %s %v, want %s %v", c.kernel, c.sizes, c.tf32, k.Name, sizes, c.want, want)
		}
	}
}
