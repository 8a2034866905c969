package cpu_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/kernels/cpu"
)

func multiplier(t *testing.T, workers int) *cpu.Multiplier {
	t.Helper()
	x := cpu.NewMultiplier(workers)
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// apart lays the rows of a dense matrix ld elements apart, with NaN between them.
func apart(rows, cols, ld int, values []float32) []float32 {
	s := slices.Repeat([]float32{float32(math.NaN())}, (rows-1)*ld+cols)
	for i := range rows {
		copy(s[i*ld:][:cols], values[i*cols:])
	}
	return s
}

// TestMultiplier: rows may lie apart, and adding goes on with the chain from what dst
// holds.
func TestMultiplier(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		x := [2]*cpu.Multiplier{multiplier(t, 1), multiplier(t, 3)}
		step := fma
		if level(t) == "purego" {
			step = mulAdd
		}
		rapid.Check(t, func(t *rapid.T) {
			size := rapid.OneOf(rapid.IntRange(1, 40), rapid.Just(1), rapid.IntRange(60, 90))
			gap := rapid.SampledFrom([]int{0, 0, 1, 5, 480})
			p := cpu.Product{M: size.Draw(t, "m"), N: size.Draw(t, "n"), K: size.Draw(t, "k"),
				TA: rapid.Bool().Draw(t, "tA"), TB: rapid.Bool().Draw(t, "tB"), Add: rapid.Bool().Draw(t, "add")}
			if rapid.IntRange(0, 9).Draw(t, "long") == 0 {
				p.M, p.N, p.K = min(p.M, 9), min(p.N, 35), 515 // more than one block along k
			}
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			a, b, c := normals(r, p.M*p.K), normals(r, p.K*p.N), normals(r, p.M*p.N)
			lay := func(name string, flip bool, rows, cols int, values []float32) ([]float32, int) {
				if flip {
					rows, cols = cols, rows
				}
				ld := cols + gap.Draw(t, name+" gap")
				if rapid.IntRange(0, 3).Draw(t, name+" far apart") == 0 {
					ld = 1024 // 4 KiB: tiles are lower, or what is read is packed
				}
				return apart(rows, cols, ld, values), ld
			}
			p.A, p.LdA = lay("a", p.TA, p.M, p.K, a)
			p.B, p.LdB = lay("b", p.TB, p.K, p.N, b)
			p.Dst, p.LdDst = lay("dst", false, p.M, p.N, c)
			if err := x[rapid.IntRange(0, 1).Draw(t, "multiplier")].Multiply(p); err != nil {
				t.Fatal(err)
			}
			want := make([]float32, p.M*p.N)
			for i := range p.M {
				for j := range p.N {
					sum := &want[i*p.N+j]
					if p.Add {
						*sum = c[i*p.N+j]
					}
					for l := range p.K {
						u, v := i*p.K+l, l*p.N+j
						if p.TA {
							u = l*p.M + i
						}
						if p.TB {
							v = j*p.K + l
						}
						*sum = step(a[u], b[v], *sum)
					}
				}
			}
			if at := firstOther(p.Dst, apart(p.M, p.N, p.LdDst, want)); at >= 0 {
				t.Fatalf("dst[%d,%d] = %g, another value than the chain gives", at/p.LdDst, at%p.LdDst, p.Dst[at])
			}
		})
	})
}

// TestMultiplierErrors: a product that does not fit its slices is not begun.
func TestMultiplierErrors(t *testing.T) {
	x := multiplier(t, 1)
	for want, change := range map[string]func(p *cpu.Product){
		"want positive sizes": func(p *cpu.Product) { p.K = 0 },
		"dst is (2,4) with rows 4 apart, which does not fit in 7 elements": func(p *cpu.Product) { p.Dst = p.Dst[1:] },
		"dst is (2,4) with rows 3 apart":                                   func(p *cpu.Product) { p.LdDst = 3 },
		"a is (2,3) with rows 4 apart":                                     func(p *cpu.Product) { p.LdA = 4 },
		"a is (3,2) with rows 3 apart":                                     func(p *cpu.Product) { p.TA = true },
		"b is (4,3) with rows 3 apart":                                     func(p *cpu.Product) { p.B = p.B[1:] },
		"dst is (1,4) with rows 4 apart, which does not fit in 3 elements": func(p *cpu.Product) { p.M, p.Dst = 1, p.Dst[:3] },
		"rows 9223372036854775807 apart":                                   func(p *cpu.Product) { p.LdB = math.MaxInt },
		"b is (4,3) with rows 3 apart, which does not fit in 0 elements":   func(p *cpu.Product) { p.B = nil },
	} {
		p := cpu.Product{M: 2, N: 4, K: 3, TB: true, LdDst: 4, LdA: 3, LdB: 3,
			Dst: make([]float32, 8), A: make([]float32, 6), B: make([]float32, 12)}
		if err := x.Multiply(p); err != nil {
			t.Fatal(err)
		}
		change(&p)
		if err := x.Multiply(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
