package engine_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgan/kernels/engine"
)

// gradients runs a graph with a product on a tape machine. It returns the product, and the
// gradients of its mean square at both factors, which are products with transposes.
func gradients(t *testing.T, dt tensor.Dtype, a, b []float64, opts ...G.VMOpt) (all [][]float64) {
	t.Helper()
	const m, k, n = 3, 2, 4
	g := G.NewGraph()
	node := func(rows, cols int, values []float64) *G.Node {
		v := tensor.New(tensor.WithShape(rows, cols), tensor.Of(dt))
		for i, x := range values {
			if dt == tensor.Float32 {
				v.Set(i, float32(x))
			} else {
				v.Set(i, x)
			}
		}
		return G.NewMatrix(g, dt, G.WithShape(rows, cols), G.WithValue(v))
	}
	x, y := node(m, k, a), node(k, n, b)
	product := G.Must(G.Mul(x, y))
	var value G.Value
	G.Read(product, &value)
	if _, err := G.Grad(G.Must(G.Mean(G.Must(G.Square(product)))), x, y); err != nil {
		t.Fatal(err)
	}
	machine := G.NewTapeMachine(g, append(opts, G.BindDualValues(x, y))...)
	defer machine.Close()
	if err := machine.RunAll(); err != nil {
		t.Fatal(err)
	}
	values := []G.Value{value}
	for _, node := range []*G.Node{x, y} {
		grad, err := node.Grad()
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, grad)
	}
	for _, v := range values {
		var wide []float64
		switch s := v.Data().(type) {
		case []float32:
			for _, x := range s {
				wide = append(wide, float64(x))
			}
		case []float64:
			wide = slices.Clone(s)
		}
		all = append(all, wide)
	}
	return all
}

// TestTapeMachine: both ways make Gorgonia use the engine for float32, and other types are still
// right. Only gonum's product skips zeros, so the test can tell the two products apart.
func TestTapeMachine(t *testing.T) {
	e := newEngine(t, 2)
	a, b := []float64{1, 2, -3, 0.5, 0, 1}, []float64{2, -1, 0.5, 3, 1, 1, -2, 4}
	poisoned := slices.Clone(b)
	poisoned[0] = math.NaN() // multiplied by the 0 in a's last row
	for name, with := range map[string]struct {
		opts []G.VMOpt
		use  tensor.BLAS
	}{
		"Use":        {nil, e},
		"WithEngine": {[]G.VMOpt{G.WithEngine(e)}, gonum.Implementation{}},
	} {
		t.Run(name, func(t *testing.T) {
			want := gradients(t, tensor.Float64, a, b)
			if plain := gradients(t, tensor.Float32, a, poisoned); math.IsNaN(plain[0][8]) {
				t.Fatal("gonum no longer skips zeros")
			}
			G.Use(with.use)
			defer G.Use(gonum.Implementation{})
			for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
				for i, got := range gradients(t, dt, a, b, with.opts...) {
					if !slices.EqualFunc(got, want[i], func(x, y float64) bool { return math.Abs(x-y) <= 1e-6*math.Abs(y) }) {
						t.Errorf("%v: value %d is %v, want %v", dt, i, got, want[i])
					}
				}
			}
			if got := gradients(t, tensor.Float32, a, poisoned, with.opts...); !math.IsNaN(got[0][8]) {
				t.Errorf("0·NaN gives %g: the product is not the engine's", got[0][8])
			}
		})
	}
}

// TestOtherOperations: the tensors of an engine have the operations of every tensor.
func TestOtherOperations(t *testing.T) {
	with := tensor.WithEngine(newEngine(t, 1))
	a := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, 4}), with)
	v := tensor.New(tensor.WithShape(2), tensor.WithBacking([]float32{5, 6}), with)
	for name, c := range map[string]struct {
		op   func() (tensor.Tensor, error)
		want []float32
	}{
		"a+a":   {func() (tensor.Tensor, error) { return tensor.Add(a, a) }, []float32{2, 4, 6, 8}},
		"a·v":   {func() (tensor.Tensor, error) { return tensor.Dot(a, v) }, []float32{17, 39}},
		"a·a":   {func() (tensor.Tensor, error) { return tensor.Dot(a, a) }, []float32{7, 10, 15, 22}},
		"v⊗v":   {func() (tensor.Tensor, error) { return tensor.Outer(v, v) }, []float32{25, 30, 30, 36}},
		"sum a": {func() (tensor.Tensor, error) { return tensor.Sum(a, 0) }, []float32{4, 6}},
	} {
		got, err := c.op()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(got.Data().([]float32), c.want) {
			t.Errorf("%s = %v, want %v", name, got.Data(), c.want)
		}
	}
}

// TestMatMulErrors: matrices that cannot be multiplied are an error, not a panic.
func TestMatMulErrors(t *testing.T) {
	e := newEngine(t, 1)
	f := func(rows, cols int) *tensor.Dense { return dense(rows, cols, make([]float32, rows*cols)) }
	half, err := f(4, 6).Slice(tensor.S(0, 4, 2), tensor.S(0, 6, 2))
	if err != nil {
		t.Fatal(err)
	}
	rows, cols := f(2, 3), f(2, 3) // all in one place
	rows.Info().Init(tensor.Shape{2, 3}, []int{0, 1})
	cols.Info().Init(tensor.Shape{2, 3}, []int{1, 0})
	for name, c := range map[string][3]tensor.Tensor{
		"inner sizes":       {f(2, 3), f(2, 3), f(2, 3)},
		"rows of the sum":   {f(2, 3), f(3, 4), f(3, 4)},
		"cols of the sum":   {f(2, 3), f(3, 4), f(2, 5)},
		"types":             {f(2, 3), tensor.New(tensor.WithShape(3, 4), tensor.Of(tensor.Float64)), f(2, 4)},
		"scattered results": {f(2, 3), f(3, 3), half},
		"rows that overlap": {rows, f(3, 3), f(2, 3)},
		"cols that overlap": {cols, f(3, 3), f(2, 3)},
	} {
		if err := e.MatMul(c[0], c[1], c[2]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestCloseTwice: the second time is an error.
func TestCloseTwice(t *testing.T) {
	e := engine.New(2)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e.Close() == nil {
		t.Error("closed twice")
	}
}
