package engine_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"pgregory.net/rapid"

	"gorgan/kernels/cpu"
	"gorgan/kernels/engine"
)

// newEngine is closed when the test ends.
func newEngine(t testing.TB, workers int) *engine.Engine {
	t.Helper()
	e := engine.New(workers)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// call is one call of Sgemm.
type call struct {
	tA, tB        blas.Transpose
	m, n, k       int
	alpha, beta   float32
	a, b, c       []float32
	lda, ldb, ldc int
}

func (c call) on(b blas.Float32Level3) {
	b.Sgemm(c.tA, c.tB, c.m, c.n, c.k, c.alpha, c.a, c.lda, c.b, c.ldb, c.beta, c.c, c.ldc)
}

// stored is the number of rows and columns a matrix has in memory.
func stored(t blas.Transpose, rows, cols int) (int, int) {
	if t == blas.NoTrans {
		return rows, cols
	}
	return cols, rows
}

// draw is any valid call. What lies between the rows is NaN, and so is each matrix
// that is not to be read.
func draw(t *rapid.T) call {
	transpose := rapid.SampledFrom([]blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans})
	factor := rapid.SampledFrom([]float32{0, 1, -1, 0.3, 2})
	c := call{
		tA: transpose.Draw(t, "tA"), tB: transpose.Draw(t, "tB"),
		m: rapid.IntRange(0, 40).Draw(t, "m"), n: rapid.IntRange(0, 70).Draw(t, "n"), k: rapid.IntRange(0, 40).Draw(t, "k"),
		alpha: factor.Draw(t, "alpha"), beta: factor.Draw(t, "beta"),
	}
	nan := float32(math.NaN())
	value := rapid.IntRange(-8, 8)
	fill := func(rows, cols int, name string, known bool) ([]float32, int) {
		// 512 and more apart, rows are copied before they are read.
		ld := max(1, cols) + rapid.SampledFrom([]int{0, 0, 1, 7, 515}).Draw(t, name+" gap")
		s := slices.Repeat([]float32{nan}, max(0, (rows-1)*ld+cols))
		shift := float32(value.Draw(t, name)) / 4
		for i := range rows {
			for j := range cols {
				if known {
					s[i*ld+j] = float32((i*7+j*3)%11) - 5 + shift
				}
			}
		}
		return s, ld
	}
	rows, cols := stored(c.tA, c.m, c.k)
	c.a, c.lda = fill(rows, cols, "a", c.alpha != 0)
	rows, cols = stored(c.tB, c.k, c.n)
	c.b, c.ldb = fill(rows, cols, "b", c.alpha != 0)
	c.c, c.ldc = fill(c.m, c.n, "c", c.beta != 0)
	return c
}

// want is c as the definition has it in float64, with how much each element may be off.
func (c call) want() (want, off []float64) {
	at := func(s []float32, t blas.Transpose, ld, i, j int) float64 {
		if t != blas.NoTrans {
			i, j = j, i
		}
		return float64(s[i*ld+j])
	}
	for i := range c.m {
		for j := range c.n {
			var sum, size float64
			if c.alpha != 0 {
				for l := range c.k {
					x := float64(c.alpha) * at(c.a, c.tA, c.lda, i, l) * at(c.b, c.tB, c.ldb, l, j)
					sum, size = sum+x, size+math.Abs(x)
				}
			}
			if c.beta != 0 {
				x := float64(c.beta) * float64(c.c[i*c.ldc+j])
				sum, size = sum+x, size+math.Abs(x)
			}
			want = append(want, sum)
			off = append(off, float64(c.k+4)/(1<<24)*size)
		}
	}
	return want, off
}

// eachLevel runs f with every level of this processor in force.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	for _, level := range cpu.Levels() {
		t.Run(level, func(t *testing.T) {
			t.Setenv(cpu.LevelVar, level)
			f(t)
		})
	}
}

// TestSgemm holds Sgemm to its definition: transposes, rows that lie apart, factors,
// NaN where nothing may be read, and nothing written between c's rows.
func TestSgemm(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		e := newEngine(t, 2)
		rapid.Check(t, func(t *rapid.T) {
			c := draw(t)
			want, off := c.want()
			a, b, before := slices.Clone(c.a), slices.Clone(c.b), slices.Clone(c.c)
			c.on(e)
			if !same(c.a, a) || !same(c.b, b) {
				t.Fatal("an operand was overwritten")
			}
			for at, v := range c.c {
				i, j := at/c.ldc, at%c.ldc
				if j >= c.n {
					if !same(c.c[at:at+1], before[at:at+1]) {
						t.Fatalf("c was overwritten after row %d", i)
					}
					continue
				}
				if w := i*c.n + j; !(math.Abs(float64(v)-want[w]) <= off[w]) {
					t.Fatalf("c[%d,%d] = %g, want %g", i, j, v, want[w])
				}
			}
		})
	})
}

// same compares bits, but for the kind of NaN.
func same(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool {
		return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
	})
}

// TestSgemmPanics: invalid calls panic in gonum's words.
func TestSgemmPanics(t *testing.T) {
	e := newEngine(t, 1)
	for want, change := range map[string]func(*call){
		"illegal transpose":          func(c *call) { c.tA = 'x' },
		"m < 0":                      func(c *call) { c.m = -1 },
		"n < 0":                      func(c *call) { c.n = -1 },
		"k < 0":                      func(c *call) { c.k = -1 },
		"bad leading dimension of A": func(c *call) { c.lda = 2 },
		"bad leading dimension of B": func(c *call) { c.ldb = 2 },
		"bad leading dimension of C": func(c *call) { c.ldc = 3 },
		"insufficient length of a":   func(c *call) { c.a = c.a[1:] },
		"insufficient length of b":   func(c *call) { c.b = c.b[1:] },
		"insufficient length of c":   func(c *call) { c.c = c.c[1:] },
	} {
		// (2,3) by the transpose of (4,3), which fit their slices exactly.
		c := call{tA: blas.NoTrans, tB: blas.Trans, m: 2, n: 4, k: 3, alpha: 1,
			a: make([]float32, 6), lda: 3, b: make([]float32, 12), ldb: 3, c: make([]float32, 8), ldc: 4}
		if got := panicOf(c, e); got != nil {
			t.Fatalf("a valid call panics with %v", got)
		}
		change(&c)
		if got := panicOf(c, e); got != "blas: "+want || got != panicOf(c, gonum.Implementation{}) {
			t.Errorf("panics with %v, want %q", got, want)
		}
	}
}

func panicOf(c call, b blas.Float32Level3) (reason any) {
	defer func() { reason = recover() }()
	c.on(b)
	return nil
}

// TestZeroTimesNaN: unlike gonum's, the product is a sum of all its terms.
func TestZeroTimesNaN(t *testing.T) {
	nan := float32(math.NaN())
	c := call{tA: blas.NoTrans, tB: blas.NoTrans, m: 1, n: 1, k: 2, alpha: 1,
		a: []float32{0, 1}, lda: 2, b: []float32{nan, 1}, ldb: 1, c: []float32{0}, ldc: 1}
	c.on(newEngine(t, 1))
	if c.c[0] == c.c[0] {
		t.Errorf("0·NaN + 1·1 = %g", c.c[0])
	}
}

// TestGoroutines: products of many goroutines are each the same bits as alone. It is
// the race detector's, too.
func TestGoroutines(t *testing.T) {
	e := newEngine(t, 2)
	square := func(from, n int) []float32 {
		s := make([]float32, n*n)
		for i := range s {
			s[i] = float32((i*from)%17) - 8
		}
		return s
	}
	product := func(from int) []float32 {
		const n = 96
		// alpha makes it need the engine's own memory.
		c := call{tA: blas.NoTrans, tB: blas.Trans, m: n, n: n, k: n, alpha: 2,
			a: square(from, n), lda: n, b: square(from+1, n), ldb: n, c: make([]float32, n*n), ldc: n}
		c.on(e)
		return c.c
	}
	var want [4][]float32
	for i := range want {
		want[i] = product(i + 2)
	}
	var wait sync.WaitGroup
	for i := range want {
		wait.Go(func() {
			for range 20 {
				if !same(product(i+2), want[i]) {
					t.Errorf("product %d differs from the same one alone", i)
				}
			}
		})
	}
	wait.Wait()
}

// TestUnusable: what Sgemm cannot return it panics with, MatMul returns it.
func TestUnusable(t *testing.T) {
	one := []float32{1}
	c := call{tA: blas.NoTrans, tB: blas.NoTrans, m: 1, n: 1, k: 1, alpha: 1, a: one, lda: 1, b: one, ldb: 1, c: []float32{0}, ldc: 1}
	closed := engine.New(1)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv(cpu.LevelVar, "avx1024")
	for name, e := range map[string]*engine.Engine{"closed": closed, "unknown level": newEngine(t, 1)} {
		if _, isError := panicOf(c, e).(error); !isError {
			t.Errorf("%s: Sgemm did not panic with an error", name)
		}
		x := dense(1, 1, one)
		if err := e.MatMul(x, x, dense(1, 1, []float32{0})); err == nil {
			t.Errorf("%s: MatMul returned no error", name)
		}
	}
}
