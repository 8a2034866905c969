package graph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/model/graph"
)

// scribbler draws a random graph on leaves of the CPU device.
type scribbler struct {
	t        *rapid.T
	dev      kernels.Device
	b        *graph.Builder
	leaves   []*tensor.Dense
	pool     []*graph.Value // float matrices
	random   graph.Random
	labels   *graph.Value   // (6)
	seen     []*graph.Value // kept or stored
	stored   map[*graph.Value]bool
	families int
}

// leaf is a new leaf.
func (s *scribbler) leaf(shape ...int) *graph.Value {
	d, err := s.dev.New(tensor.Float32, shape...)
	must(s.t, err)
	s.leaves = append(s.leaves, d)
	return s.b.Leaf("leaf", d)
}

func (s *scribbler) any() *graph.Value { return rapid.SampledFrom(s.pool).Draw(s.t, "value") }

// where is a value of the pool that fits, nil if there is none.
func (s *scribbler) where(fits func(v *graph.Value) bool) *graph.Value {
	var all []*graph.Value
	for _, v := range s.pool {
		if fits(v) {
			all = append(all, v)
		}
	}
	if all == nil {
		return nil
	}
	return rapid.SampledFrom(all).Draw(s.t, "fitting")
}

// like is a value of v's shape.
func (s *scribbler) like(v *graph.Value) *graph.Value {
	return s.where(func(w *graph.Value) bool { return w.Rows() == v.Rows() && w.Cols() == v.Cols() })
}

// step appends something to the graph. What the builder refuses is left out.
func (s *scribbler) step() {
	x := s.any()
	b := s.b
	var made []*graph.Value
	b.Try(func() {
		switch rapid.SampledFrom([]string{"product", "product", "activation", "activation", "dropout", "maxout", "add", "add",
			"rows", "rows", "join", "join", "join", "reshape", "classes", "noise", "gradient", "gradient", "penalty", "update", "keep", "store"}).Draw(s.t, "step") {
		case "product":
			if y := s.where(func(v *graph.Value) bool { return v.Rows() == x.Cols() }); y != nil {
				made = append(made, b.MatMul(x, y, false, false))
			}
			if y := s.where(func(v *graph.Value) bool { return v.Rows() == x.Rows() }); y != nil {
				made = append(made, b.MatMul(x, y, true, false))
			}
		case "activation":
			bias := s.leaf(x.Cols())
			switch rapid.IntRange(0, 2).Draw(s.t, "activation") {
			case 0:
				made = append(made, b.BiasLinear(x, bias))
			case 1:
				made = append(made, b.BiasTanh(x, bias))
			default:
				made = append(made, b.BiasReLU(x, bias, 0.2))
			}
		case "dropout":
			s.families++
			r := s.random
			r.Stream = kernels.Stream(s.families)
			made = append(made, b.Dropout(x, r, 0.6))
		case "maxout":
			made = append(made, b.Maxout(x, s.leaf(x.Cols()), 2))
		case "add":
			made = append(made, b.Add(x, s.like(x)))
		case "rows":
			first := rapid.IntRange(0, x.Rows()-1).Draw(s.t, "first")
			made = append(made, b.Rows(x, first, rapid.IntRange(1, x.Rows()-first).Draw(s.t, "rows")))
		case "join":
			parts := []*graph.Value{x}
			for range rapid.IntRange(1, 2).Draw(s.t, "more") {
				parts = append(parts, s.where(func(v *graph.Value) bool { return v.Cols() == x.Cols() }))
			}
			if j := b.Join(parts...); j.Rows() <= 12 {
				made = append(made, j)
			}
		case "reshape":
			made = append(made, b.Reshape(x, x.Cols(), x.Rows()))
		case "classes":
			if x.Rows() <= 6 {
				made = append(made, b.ClassBias(x, s.leaf(3, x.Cols()), b.Rows(s.labels, 0, x.Rows())))
			}
		case "noise":
			made = append(made, b.AddNoise(x, s.random, 0.5, 0))
		case "gradient":
			at := s.any()
			made = append(made, b.Grad([]graph.Seed{{Of: x, D: s.like(x)}}, at)[0])
		case "penalty":
			s.seen = append(s.seen, b.Keep(b.Penalty(x, 1, 1)))
		case "update":
			leaf := mustView(s, rapid.SampledFrom(s.leaves).Draw(s.t, "leaf"))
			s.leaf(1)
			add := s.leaves[len(s.leaves)-1]
			b.Update("update", func(dev kernels.Device) error { return kernels.Add(dev, leaf, add) })
		case "keep":
			s.seen = append(s.seen, b.Keep(x))
		case "store":
			if x.IsOutput() && !s.stored[x] {
				to, err := s.dev.New(tensor.Float32, x.Size())
				must(s.t, err)
				b.Store(x, to)
				s.stored[x] = true
				s.seen = append(s.seen, x)
			}
		}
	})
	for _, v := range made {
		if len(v.Shape) == 2 && v.Size() <= 64 {
			s.pool = append(s.pool, v)
		}
	}
}

// mustView is the first element of a leaf.
func mustView(s *scribbler, t *tensor.Dense) *tensor.Dense {
	v, err := s.dev.View(t, 0, 1)
	must(s.t, err)
	return v
}

// fill gives all leaves values that depend on a seed.
func (s *scribbler) fill(seed uint64) {
	r := rand.New(rand.NewPCG(7, seed))
	for _, l := range s.leaves {
		for i := range l.Float32s() {
			l.Float32s()[i] = float32(r.NormFloat64())
		}
	}
}

// TestPlacement compares random graphs, compiled, with a naive evaluation, bit for bit: a
// first run, and two more after other values. Values in use at the same time lie apart.
func TestPlacement(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	rapid.Check(t, func(t *rapid.T) {
		s := &scribbler{t: t, dev: dev, stored: map[*graph.Value]bool{}}
		g, err := graph.Build(func(b *graph.Builder) {
			s.b = b
			words := func(v ...uint32) *graph.Value {
				d, err := dev.New(tensor.Uint32, len(v))
				must(t, err)
				must(t, dev.Upload(d, v))
				return b.Leaf("words", d)
			}
			s.random = graph.Random{Key: words(3, 4), Step: words(1), Stream: 9}
			s.labels = words(0, 1, 2, 1, 0, 2)
			s.pool = []*graph.Value{s.leaf(4, 2), s.leaf(4, 4), s.leaf(2, 4), b.Ones(4, 2)}
			for range rapid.IntRange(5, 25).Draw(t, "steps") {
				s.step()
			}
			s.seen = append(s.seen, b.Keep(s.pool[len(s.pool)-1]))
		})
		must(t, err)
		p, err := g.Compile(dev)
		must(t, err)
		must(t, p.CheckArena(g))
		for _, seed := range []uint64{1, 2, 2} {
			s.fill(seed)
			naive, err := g.Naive(dev)
			must(t, err)
			var want [][]float32
			for _, v := range s.seen {
				want = append(want, naive.Read(v).Float32s())
			}
			s.fill(seed)
			must(t, p.Run())
			for i, v := range s.seen {
				at, err := p.Tensor(v)
				must(t, err)
				for j, x := range at.Float32s() {
					if math.Float32bits(x) != math.Float32bits(want[i][j]) {
						t.Fatalf("element %d of a value %v is %g, want %g\n%v", j, v.Type, x, want[i][j], p.Launches())
					}
				}
			}
		}
	})
}
