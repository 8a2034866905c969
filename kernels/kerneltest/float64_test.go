package kerneltest

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
)

// TestFloat64 runs a case of every kernel on the device of the oracles and on the CPU.
func TestFloat64(t *testing.T) {
	cpu := cpu.New(1)
	defer cpu.Close()
	for _, k := range Kernels() {
		cases, err := Cases(k)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if c.Fill != "normal" {
				continue
			}
			h := newHost(k, c)
			got, err := h.onDevice(NewFloat64(), k, c)
			if err != nil {
				t.Fatalf("%s: %v", k.Name, err)
			}
			want, err := h.onDevice(cpu, k, c)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range k.Params {
				if p.Type != tensor.Float32 {
					if at := firstDifference(got[i], want[i]); at >= 0 {
						t.Errorf("%s/%v: %s differs at %d", k.Name, c, p.Name, at)
					}
					continue
				}
				for j, v := range got[i].([]float32) {
					if w := want[i].([]float32)[j]; math.Abs(float64(v-w)) > 1e-4*(1+math.Abs(float64(w))) {
						t.Fatalf("%s/%v: %s[%d] is %g, on the CPU %g", k.Name, c, p.Name, j, v, w)
					}
				}
			}
			break
		}
	}
}

// TestFloat64Product: the product is exact to float64, for all four of op's.
func TestFloat64Product(t *testing.T) {
	for _, p := range Products()[:16] {
		if err := CheckProduct(NewFloat64(), p); err != nil {
			t.Errorf("%v: %v", p, err)
		}
	}
}

// TestFloat64Contract: the device keeps the contract that every device keeps.
func TestFloat64Contract(t *testing.T) {
	if err := Contract(NewFloat64()); err != nil {
		t.Error(err)
	}
}

// TestFloat64Precision: values keep the digits that float32 has no room for, also through
// a view and in recorded work.
func TestFloat64Precision(t *testing.T) {
	dev := NewFloat64()
	x, _ := dev.New(tensor.Float32, 4)
	y, _ := dev.New(tensor.Float32, 4)
	part, err := dev.View(x, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	const small = 1.0 / (1 << 40)
	step, err := dev.Record(func() error { return kernels.Add(dev, x, y) })
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Upload64(part, []float64{1, 2}); err != nil {
		t.Fatal(err)
	}
	if err := dev.Upload64(y, []float64{small, small, small, small}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := step.Run(); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := dev.Download64(x), []float64{2 * small, 1 + small + small, 2 + small + small, 2 * small}; !slices.Equal(got, want) {
		t.Errorf("x is %v, want %v", got, want)
	}
	if err := dev.Upload64(x, []float64{1}); err == nil {
		t.Error("a tensor of 4 takes one value")
	}
}
