//go:build amd64 && !amd64.v3

package cpu_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

// TestLevelsAgree: each level gives the bits of the next one. The exceptions are products, which
// round once or twice a term, and the exponentials, which Go takes in float64. (From version 3 of amd64 on, Go may round a product
// and a sum once.) NaN have many bit patterns, and TestCPU checks that they are in their places.
func TestLevelsAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("shares the work that TestWorkers shares")
	}
	levels := cpu.Levels()
	if len(levels) == 1 {
		t.Skip("one level alone")
	}
	two, three := devicesOf(t, 2), devicesOf(t, 3)
	for name, check := range kerneltest.Pairs() {
		kernel, _, _ := strings.Cut(name, "/")
		product := kernel == "matmul" || kernels.Named(kernel) != nil && kernels.Named(kernel).Product
		if product || strings.HasSuffix(name, "/special") {
			continue
		}
		for i, level := range levels[1:] {
			if level == "purego" && slices.Contains([]string{"bias_sigmoid", "bias_tanh"}, kernel) {
				continue
			}
			t.Run(levels[i]+" and "+level+"/"+name, func(t *testing.T) { report(t, check(two[levels[i]], three[level])) })
		}
	}
}

// TestTanhDigits: tanh is off by at most 3 units in the last place, for arguments of all sizes.
func TestTanhDigits(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 1)
		const n = 1 << 14
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(math.Exp2(float64(i)*130/n - 125)) // 2^-125 to 32
			if i%2 == 1 {
				x[i] = -x[i]
			}
		}
		y, got := holding(t, dev, x, 1, n), make([]float32, n)
		for _, err := range []error{kernels.BiasTanh(dev, y, holding(t, dev, make([]float32, n), n)), dev.Download(got, y)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range got {
			want := math.Tanh(float64(x[i]))
			size := float32(math.Abs(want))
			if last := float64(math.Nextafter32(size, 2) - size); !(math.Abs(float64(v)-want) <= 3*last) {
				t.Errorf("tanh(%g) = %g, want %g", x[i], v, want)
			}
		}
	})
}

// TestAnyPieces: maxout is right for any number of pieces, also if the units are no whole group.
func TestAnyPieces(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 1)
		for _, k := range kernels.All() {
			if !strings.HasPrefix(k.Name, "maxout") {
				continue
			}
			for pieces := 1; pieces <= 70; pieces++ {
				c := kerneltest.Case{Sizes: []int{2, 21, pieces}, Fill: "special"}
				if err := kerneltest.Check(dev, k, c); err != nil {
					t.Errorf("%s: %v: %v", k.Name, c, err)
				}
			}
		}
	})
}

// TestDropoutAtKeep: an element whose u equals keep is dropped, at every place in the tensor.
func TestDropoutAtKeep(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		const n = 40
		dev := newDevice(t, 1)
		key, clock := holding(t, dev, []uint32{3, 4}, 2), holding(t, dev, []uint32{5}, 1)
		for i := range n {
			word := kernels.Philox4x32([4]uint32{uint32(i / 4), 2 << 16, 5, 0}, [2]uint32{3, 4})[i%4]
			keep := float32(word>>8) / (1 << 24)
			y, got := holding(t, dev, slices.Repeat([]float32{1}, n), n), make([]float32, n)
			for _, err := range []error{kernels.Dropout(dev, y, key, clock, keep, 2<<16, 0), dev.Download(got, y)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if got[i] != 0 {
				t.Errorf("element %d is kept with u and keep both %g", i, keep)
			}
		}
	})
}

// TestNonFiniteEverywhere: a NaN or an infinity is found at every place. The largest finite
// numbers are not reported.
func TestNonFiniteEverywhere(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		const n = 75
		dev := newDevice(t, 1)
		clock := holding(t, dev, []uint32{7}, 1)
		look := func(x []float32) uint32 {
			first, got := holding(t, dev, []uint32{0}, 1), make([]uint32, 1)
			for _, err := range []error{kernels.NonFinite(dev, first, holding(t, dev, x, n), clock), dev.Download(got, first)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			return got[0]
		}
		large := slices.Repeat([]float32{-math.MaxFloat32, math.MaxFloat32, math.SmallestNonzeroFloat32}, n/3)
		if look(large) != 0 {
			t.Error("the largest numbers are taken for infinite")
		}
		for i := range n {
			for _, bits := range []uint32{0x7f800000, 0xff800000, 0x7f800001, 0xffffffff, 0x7fc00000} {
				x := slices.Clone(large)
				x[i] = math.Float32frombits(bits)
				if look(x) != 7 {
					t.Errorf("%#x at %d is not found", bits, i)
				}
			}
		}
	})
}
