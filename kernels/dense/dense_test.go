package dense_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/dense"
)

// TestKernels: each kernel has a name of its own, its tile's capability and the same address each
// time.
func TestKernels(t *testing.T) {
	seen := map[string]bool{}
	for _, tile := range dense.Tiles() {
		if same, ok := dense.Named(tile.Name); !ok || same != tile {
			t.Errorf("Named(%q) is %+v, %v", tile.Name, same, ok)
		}
		for kind := range dense.Update + 1 {
			k := tile.Kernel(kind)
			if k == nil {
				continue
			}
			if want := fmt.Sprintf("dense_%s_%s", kind, tile.Name); k.Name != want || seen[k.Name] {
				t.Errorf("kernel %s, want %s, once", k.Name, want)
			}
			seen[k.Name] = true
			if tile.Kernel(kind) != k || k.Capability != tile.Capability() || k.PTX() == "" {
				t.Errorf("%s: another address, capability %d or no PTX", k.Name, k.Capability)
			}
		}
	}
	if len(seen) != len(dense.All()) {
		t.Errorf("All has %d kernels, the tiles %d", len(dense.All()), len(seen))
	}
	if _, ok := dense.Named("none"); ok {
		t.Error("there is a tile of the name none")
	}
}

// TestFits: a tile fits exactly the products that it has a kernel for, of matrices whose rows in
// memory are a multiple of four long.
func TestFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 9)
		m, n, k := size.Draw(t, "m"), size.Draw(t, "n"), size.Draw(t, "k")
		tA, tB := rapid.Bool().Draw(t, "tA"), rapid.Bool().Draw(t, "tB")
		rows := []int{k, n, n} // of a, b and the result
		if tA {
			rows[0] = m
		}
		if tB {
			rows[1] = k
		}
		want := m > 0 && n > 0 && k > 0 && !(tA && tB)
		for _, length := range rows {
			want = want && length%4 == 0
		}
		for _, tile := range dense.Tiles() {
			forWeights := strings.HasSuffix(tile.Name, "w")
			if want := want && (tA || !forWeights); tile.Fits(m, n, k, tA, tB) != want {
				t.Fatalf("tile %s fits (%d,%d,%d) %v %v: %v, want %v", tile.Name, m, n, k, tA, tB, !want, want)
			}
		}
	})
}

// TestAligned: a view that begins inside 16 bytes is not aligned.
func TestAligned(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	whole, err := dev.New(tensor.Float32, 64)
	if err != nil {
		t.Fatal(err)
	}
	first := int(16-whole.Uintptr()%16) % 16 / 4 // the host's memory is aligned to 4 bytes at least
	for offset := first; offset < first+8; offset++ {
		v, err := dev.View(whole, offset, 4)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := dense.Aligned(v), (offset-first)%4 == 0; got != want {
			t.Errorf("a view %d elements behind 16 bytes: %v, want %v", offset-first, got, want)
		}
	}
}

// TestLayer: Classes is the product, ClassBias and BiasReLU one after the other, within the
// roundings of a sum.
func TestLayer(t *testing.T) {
	const rows, cols, inner, classes = 7, 12, 8, 3
	dev := cpu.New(1)
	defer dev.Close()
	r := rand.New(rand.NewPCG(1, 2))
	matrix := func(shape ...int) *tensor.Dense {
		d, err := dev.New(tensor.Float32, shape...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Float32s() {
			d.Float32s()[i] = float32(r.NormFloat64())
		}
		return d
	}
	y, want, x, w, bias, table := matrix(rows, cols), matrix(rows, cols), matrix(rows, inner), matrix(inner, cols), matrix(cols), matrix(classes, cols)
	label, err := dev.New(tensor.Uint32, rows)
	if err != nil {
		t.Fatal(err)
	}
	copy(label.Uint32s(), []uint32{0, 1, 2, 3, 0, 1, 1 << 31}) // two are outside the table
	tile, _ := dense.Named("m")
	for _, err := range []error{
		dev.Launch(tile.Kernel(dense.Classes), kernels.Args{Tensors: []*tensor.Dense{y, x, w, bias, table, label},
			Scalars: []float32{0.2}, Sizes: []int{rows, cols, inner, classes, int(dense.ReLU)}}),
		dev.MatMul(want, x, w, false, false),
		kernels.ClassBias(dev, want, table, label),
		kernels.BiasReLU(dev, want, bias, 0.2),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, v := range want.Float32s() {
		got := y.Float32s()[i]
		if off := got - v; !(off*off < 1e-10) && !(got != got && v != v) {
			t.Errorf("y[%d] = %g, want %g", i, got, v)
		}
	}
}
