package nn_test

import (
	"math"
	"testing"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

// converge moves the singular vectors of a net until they stay: n times, by a forward of x.
func (l lab) converge(w *nn.Weights, n int, pass func(b *graph.Builder) (*nn.Pass, *graph.Value)) {
	l.Helper()
	leaves := map[*graph.Value]int{}
	var moves []nn.Move
	g, err := graph.Build(func(b *graph.Builder) {
		for i, v := range w.Leaves(b) {
			leaves[v] = i
		}
		p, x := pass(b)
		p.Moves = func(m nn.Move) {
			b.Keep(m.To)
			moves = append(moves, m)
		}
		b.Keep(w.Apply(p, x))
	})
	must(l.T, err)
	p, err := g.Compile(l.dev)
	must(l.T, err)
	for range n {
		must(l.T, p.Run())
		for _, m := range moves {
			to, err := p.Tensor(m.To)
			must(l.T, err)
			must(l.T, l.dev.Upload64(w.Tensors[leaves[m.Param]].Value, l.dev.Download64(to)))
		}
	}
}

// TestSpectralNorm holds a layer against the formulas of the paper, and the vector against the largest
// singular value of a matrix that has it by construction.
func TestSpectralNorm(t *testing.T) {
	const rows, cols = 3, 2
	l := newLab(t)
	w := l.weights(&nn.Net{Name: "n", Layers: []nn.Layer{
		nn.Dense{Number: 4, In: rows, Units: cols, Activation: nn.Linear(), Spectral: true}}}, 3)
	vector := w.Tensors[2]
	if vector.Name != "n.4.vector" || !vector.Fixed {
		t.Fatalf("the third tensor is %s, want the fixed n.4.vector", vector.Name)
	}
	first := l.dev.Download64(vector.Value)
	if got := math.Hypot(first[0], first[1]); math.Abs(got-1) > 1e-6 || first[0] == 0 || first[1] == 0 {
		t.Errorf("the vector begins as %v of length %v, want a random one of length 1", first, got)
	}
	if s := w.Summaries()[0]; s.Parameters != rows*cols+cols || s.Averages != 0 || s.Vector != cols {
		t.Errorf("the summary is %+v", s)
	}
	if got := w.OutputBias(); got != w.Tensors[1].Value {
		t.Error("the output bias is not the bias")
	}
	m := [rows][cols]float64{{1, 2}, {-.5, 3}, {2, .25}}
	must(t, l.dev.Upload64(w.Tensors[0].Value, []float64{1, 2, -.5, 3, 2, .25}))
	x := l.floats([]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}, rows, rows)
	pass := func(b *graph.Builder) (*nn.Pass, *graph.Value) { return &nn.Pass{Builder: b}, b.Leaf("x", x) }
	unit := func(x []float64) (length float64) {
		for _, v := range x {
			length += v * v
		}
		length = math.Sqrt(length)
		for i := range x {
			x[i] /= length
		}
		return length
	}
	got := l.run(func(b *graph.Builder) *graph.Value { p, x := pass(b); return w.Apply(p, x) })
	v, u := make([]float64, rows), make([]float64, cols)
	for i := range rows {
		v[i] = m[i][0]*first[0] + m[i][1]*first[1]
	}
	unit(v)
	for i := range rows {
		u[0], u[1] = u[0]+m[i][0]*v[i], u[1]+m[i][1]*v[i]
	}
	sigma := unit(u)
	for i, y := range got { // x is the identity
		if want := m[i/cols][i%cols] / sigma; math.Abs(y-want) > 1e-12 {
			t.Errorf("y[%d] is %v, want %v", i, y, want)
		}
	}
	l.converge(w, 1, pass)
	for i, now := range l.dev.Download64(vector.Value) {
		if math.Abs(now-u[i]) > 1e-12 {
			t.Errorf("vector[%d] moves to %v, want %v", i, now, u[i])
		}
	}
	l.converge(w, 100, pass)
	got = l.run(func(b *graph.Builder) *graph.Value { p, x := pass(b); return w.Apply(p, x) })
	// Of a matrix with two columns, the largest singular value has a formula.
	var a, b, c float64
	for _, row := range m {
		a, b, c = a+row[0]*row[0], b+row[0]*row[1], c+row[1]*row[1]
	}
	if want := m[0][0] / math.Sqrt((a+c)/2+math.Hypot((a-c)/2, b)); math.Abs(got[0]-want) > 1e-12 {
		t.Errorf("with a vector that has converged, y[0] is %v, want %v", got[0], want)
	}
}

// TestSpectralSides: the columns of a convolution's weights are its outputs, and those of a transposed one
// the channels that come in.
func TestSpectralSides(t *testing.T) {
	c := kernels.Convolution{Height: 4, Width: 4, Channels: 3, Outputs: 5, KernelHeight: 2, KernelWidth: 2, Stride: 2}
	for _, transposed := range []bool{false, true} {
		params := nn.Conv{Number: 7, Convolution: c, Transposed: transposed, Activation: nn.NoActivation(), Spectral: true}.Params()
		if v := params[len(params)-1]; v.Name != "7.vector" || len(v.Shape) != 1 || v.Shape[0] != c.Outputs {
			t.Errorf("transposed %v: the vector is %s %v, want 7.vector [5]", transposed, v.Name, v.Shape)
		}
	}
}

// TestSpectralConditioned: the weights of the inputs and those of the labels are one matrix, so one-hot
// vectors beside the inputs of a plain layer give the same.
func TestSpectralConditioned(t *testing.T) {
	const in, classes, units = 2, 3, 4
	l := newLab(t)
	dense := nn.Dense{In: in, Units: units, Activation: nn.Linear(), Spectral: true}
	conditioned := l.weights(&nn.Net{Name: "n", Layers: []nn.Layer{nn.Conditioned{Dense: dense, Classes: classes, Pack: 1}}}, 3)
	dense.In += classes
	plain := l.weights(&nn.Net{Name: "n", Layers: []nn.Layer{dense}}, 3)
	values := func(i int) []float64 { return l.dev.Download64(conditioned.Tensors[i].Value) }
	must(t, l.dev.Upload64(plain.Tensors[0].Value, append(values(0), values(3)...)))
	must(t, l.dev.Upload64(plain.Tensors[2].Value, values(2)))
	labels, x := l.words(2, 0), l.floats([]float64{1, -1, .5, 2}, 2, in)
	beside := l.floats([]float64{1, -1, 0, 0, 1, .5, 2, 1, 0, 0}, 2, in+classes)
	want := l.run(func(b *graph.Builder) *graph.Value { return plain.Apply(&nn.Pass{Builder: b}, b.Leaf("x", beside)) })
	got := l.run(func(b *graph.Builder) *graph.Value {
		return conditioned.Apply(&nn.Pass{Builder: b, Labels: b.Leaf("labels", labels)}, b.Leaf("x", x))
	})
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("y[%d] is %v, want %v", i, got[i], want[i])
		}
	}
}
