package cpu_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
)

// fma is the float32 fused multiply-add. It rounds a float64 sum to odd, so a second rounding to
// float32 gives the correct result (Boldo & Melquiond 2008).
func fma(x, y, z float32) float32 {
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return float32(s)
	}
	v := s - p
	if e := (p - (s - v)) + (c - v); e != 0 && math.Float64bits(s)&1 == 0 {
		s = math.Nextafter(s, math.Copysign(math.Inf(1), e))
	}
	return float32(s)
}

func mulAdd(x, y, z float32) float32 { return z + float32(x*y) }

// chain returns what element (i,j) of the product must be, bit for bit. It also returns the float64
// oracle's sum, and the sum of the magnitudes of its terms.
func chain(p kerneltest.Product, a, b []float32, i, j int, level string) (bits float32, sum, size float64) {
	step := fma
	if level == "purego" {
		step = mulAdd
	}
	for l := range p.K {
		x, y := a[i*p.K+l], b[l*p.N+j]
		if p.TA {
			x = a[l*p.M+i]
		}
		if p.TB {
			y = b[j*p.K+l]
		}
		bits = step(x, y, bits)
		sum += float64(x) * float64(y)
		size += math.Abs(float64(x) * float64(y))
	}
	return bits, sum, size
}

// multiply returns p's product. The operands and dst lie in the middle of larger tensors, and
// multiply fails the test if anything around them changes.
func multiply(t testing.TB, dev kernels.Device, p kerneltest.Product, a, b []float32) []float32 {
	t.Helper()
	const guard = 40
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	shapes := [3][2]int{{p.M, p.N}, {p.M, p.K}, {p.K, p.N}}
	for i, flip := range []bool{false, p.TA, p.TB} {
		if flip {
			shapes[i][0], shapes[i][1] = shapes[i][1], shapes[i][0]
		}
	}
	var whole, part [3]*tensor.Dense
	var before [3][]float32
	for i, inner := range [][]float32{make([]float32, p.M*p.N), a, b} {
		rest := slices.Repeat([]float32{float32(math.NaN())}, guard)
		before[i] = slices.Concat(rest, inner, rest)
		var err error
		whole[i], err = dev.New(tensor.Float32, len(before[i]))
		must(err)
		must(dev.Upload(whole[i], before[i]))
		part[i], err = dev.View(whole[i], guard, shapes[i][:]...)
		must(err)
	}
	must(dev.MatMul(part[0], part[1], part[2], p.TA, p.TB))
	dst := slices.Clone(part[0].Float32s())
	for i := range dst {
		part[0].Float32s()[i] = 0
	}
	for i, w := range whole {
		if at := firstOther(w.Float32s(), before[i]); at >= 0 {
			t.Fatalf("%v: tensor %d was overwritten at %d", p, i, at-guard)
		}
	}
	return dst
}

// firstOther returns the first index at which a and b differ, or -1. All NaN are equal.
func firstOther(a, b []float32) int {
	for i, x := range a {
		if math.Float32bits(x) != math.Float32bits(b[i]) && !(x != x && b[i] != b[i]) {
			return i
		}
	}
	return -1
}

func normals(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// checkChain compares elements of one product with the chain: all elements of a small product, and
// some of a large one.
func checkChain(t testing.TB, dev kernels.Device, level string, p kerneltest.Product, a, b []float32) {
	t.Helper()
	dst := multiply(t, dev, p, a, b)
	skip := 1 + len(dst)*p.K/200_000
	for at := 0; at < len(dst); at += skip {
		want, sum, size := chain(p, a, b, at/p.N, at%p.N, level)
		if firstOther(dst[at:at+1], []float32{want}) >= 0 {
			t.Fatalf("%v: dst[%d,%d] = %g, the chain gives %g", p, at/p.N, at%p.N, dst[at], want)
		}
		g := float64(dst[at])
		switch {
		case math.IsNaN(sum) || math.IsInf(sum, 0):
			if g != sum && math.IsNaN(g) != math.IsNaN(sum) {
				t.Fatalf("%v: dst[%d,%d] = %g, want %g", p, at/p.N, at%p.N, g, sum)
			}
		case !(math.Abs(g-sum) <= (4+float64(p.K))/(1<<24)*size):
			t.Fatalf("%v: dst[%d,%d] = %g, want %g", p, at/p.N, at%p.N, g, sum)
		}
	}
}

// TestChain compares products with the chain, for sizes on both sides of every tile and block.
func TestChain(t *testing.T) {
	if testing.Short() {
		t.Skip("shares the work that TestMatMulWorkers shares")
	}
	var all []kerneltest.Product
	add := func(m, n, k int) {
		for flags := range 4 {
			all = append(all, kerneltest.Product{M: m, N: n, K: k, TA: flags&1 != 0, TB: flags&2 != 0})
		}
	}
	for m := 1; m <= 40; m++ {
		for n := 1; n <= 40; n++ {
			add(m, n, 1+(7*m+11*n)%40)
		}
	}
	for _, s := range [][3]int{{17, 31, 511}, {17, 33, 512}, {17, 47, 513}, {3, 1, 1030}, {1, 700, 99}, {700, 1, 99}, {257, 129, 1},
		{70, 512, 30}, {130, 1024, 9}, {530, 37, 21}, {1100, 70, 12}, {600, 1100, 5}, {64, 1536, 515},
		{1024, 40, 9}, {20, 33, 1024}} {
		add(s[0], s[1], s[2])
	}
	r := rand.New(rand.NewPCG(1, 1))
	eachLevel(t, func(t *testing.T) {
		devs := []kernels.Device{newDevice(t, 1), newDevice(t, 3)}
		for i, p := range all {
			checkChain(t, devs[i/4%2], level(t), p, normals(r, p.M*p.K), normals(r, p.K*p.N))
		}
	})
}

// TestMatMulWorkers: the number of workers changes no bit of a product.
func TestMatMulWorkers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	eachLevel(t, func(t *testing.T) {
		devs := []kernels.Device{newDevice(t, 1), newDevice(t, 2), newDevice(t, 3), newDevice(t, 7)}
		for _, p := range append(kerneltest.Products(), kerneltest.Product{M: 600, N: 200, K: 520, TA: true}) {
			a, b := normals(r, p.M*p.K), normals(r, p.K*p.N)
			want := multiply(t, devs[0], p, a, b)
			for _, dev := range devs[1:] {
				if at := firstOther(multiply(t, dev, p, a, b), want); at >= 0 {
					t.Errorf("%v: dst[%d] differs on %s", p, at, dev.Name())
				}
			}
		}
	})
}

// TestSpecialValues: NaN and infinities are where the oracle has them, also if they are multiplied
// by 0.
func TestSpecialValues(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	special := func(n int) []float32 {
		v := normals(r, n)
		for i := range v {
			switch r.IntN(30) {
			case 0:
				v[i] = float32([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[r.IntN(3)])
			case 1, 2, 3:
				v[i] = 0
			}
		}
		return v
	}
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 2)
		for flags := range 4 {
			for _, s := range [][3]int{{33, 41, 5}, {1, 17, 3}, {19, 1, 6}, {40, 512, 3}} {
				p := kerneltest.Product{M: s[0], N: s[1], K: s[2], TA: flags&1 != 0, TB: flags&2 != 0}
				checkChain(t, dev, level(t), p, special(p.M*p.K), special(p.K*p.N))
			}
		}
	})
}

// TestRowsAlone: a row of the product has the same bits alone, in any place, and among any number
// of rows.
func TestRowsAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 2)
		for _, n := range []int{1, 256, 784, 1024} {
			for _, tB := range []bool{false, true} {
				const k, most = 256, 300
				a, b := normals(r, most*k), normals(r, k*n)
				one := func(from, rows int) []float32 {
					return multiply(t, dev, kerneltest.Product{M: rows, N: n, K: k, TB: tB}, a[from*k:][:rows*k], b)
				}
				whole := one(0, most)
				for _, part := range [][2]int{{0, 1}, {299, 1}, {13, 1}, {14, 2}, {5, 64}, {100, 15}, {3, 128}} {
					if at := firstOther(one(part[0], part[1]), whole[part[0]*n:]); at >= 0 {
						t.Errorf("n %d: %d rows from %d differ at %d from the same rows of %d", n, part[1], part[0], at, most)
					}
				}
			}
		}
	})
}

// TestTwoDevices: devices share nothing.
func TestTwoDevices(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	p := kerneltest.Product{M: 70, N: 90, K: 130, TB: true}
	a, b := normals(r, p.M*p.K), normals(r, p.K*p.N)
	want := multiply(t, newDevice(t, 1), p, a, b)
	var wait sync.WaitGroup
	for workers := 2; workers <= 3; workers++ {
		dev := newDevice(t, workers)
		wait.Go(func() {
			for range 50 {
				if at := firstOther(multiply(t, dev, p, a, b), want); at >= 0 {
					t.Errorf("%s: dst[%d] differs", dev.Name(), at)
				}
			}
		})
	}
	wait.Wait()
}

func TestMatMulAllocatesNothing(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		dev := newDevice(t, 2)
		square, _ := dev.New(tensor.Float32, 128, 128)
		dst, _ := dev.New(tensor.Float32, 128, 128)
		for flags := range 4 {
			if n := testing.AllocsPerRun(5, func() {
				if err := dev.MatMul(dst, square, square, flags&1 != 0, flags&2 != 0); err != nil {
					t.Fatal(err)
				}
			}); n > 0 {
				t.Errorf("%v allocations a product", n)
			}
		}
	})
}

func FuzzMatMul(f *testing.F) {
	f.Add(uint16(5), uint16(33), uint16(7), uint8(0), uint8(0), uint64(1))
	f.Add(uint16(520), uint16(17), uint16(3), uint8(7), uint8(1), uint64(2))
	f.Add(uint16(65), uint16(1024), uint16(2), uint8(2), uint8(0), uint64(3))
	f.Add(uint16(3), uint16(1), uint16(1100), uint8(9), uint8(2), uint64(4))
	f.Add(uint16(99), uint16(140), uint16(99), uint8(17), uint8(0), uint64(5))
	f.Fuzz(func(t *testing.T, m, n, k uint16, flags, which uint8, seed uint64) {
		p := kerneltest.Product{M: 1 + int(m)%1200, N: 1 + int(n)%1200, K: 1 + int(k)%1200, TA: flags&1 != 0, TB: flags&2 != 0}
		if p.M*p.N*p.K > 1<<21 {
			t.Skip("slow")
		}
		all := cpu.Levels()
		t.Setenv(cpu.LevelVar, all[int(which)%len(all)])
		r := rand.New(rand.NewPCG(seed, 0))
		a := normals(r, p.M*p.K)
		if flags&16 != 0 {
			withZeros(r, p, a)
		}
		checkChain(t, newDevice(t, 1+int(flags>>2)%4), level(t), p, a, normals(r, p.K*p.N))
	})
}
