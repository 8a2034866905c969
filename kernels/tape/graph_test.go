package tape_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/tape"
	"gorgan/kernels/tape/tapetest"
)

// use is a call that a test makes up: the floats [lo,hi) of one memory, each with an access.
type use struct {
	lo, hi int
	access kernels.Access
}

const words = 12

// drawCalls draws calls on views of one memory, and the same as lists of uses.
func drawCalls(t *rapid.T, dev kernels.Device) (calls []tape.Call, uses [][]use) {
	memory, err := dev.New(tensor.Float32, words)
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 12).Draw(t, "calls") {
		k := &kernels.Kernel{Name: "made up"}
		c := tape.Call{Kernel: k}
		var all []use
		for range rapid.IntRange(1, 3).Draw(t, "tensors") {
			lo := rapid.IntRange(0, words-1).Draw(t, "lo")
			hi := rapid.IntRange(lo+1, min(lo+4, words)).Draw(t, "hi")
			u := use{lo, hi, rapid.SampledFrom([]kernels.Access{kernels.In, kernels.Out, kernels.InOut, kernels.Mark}).Draw(t, "access")}
			view, err := dev.View(memory, lo, hi-lo)
			if err != nil {
				t.Fatal(err)
			}
			k.Params = append(k.Params, kernels.Param{Access: u.access})
			c.Args.Tensors = append(c.Args.Tensors, view)
			all = append(all, u)
		}
		calls, uses = append(calls, c), append(uses, all)
	}
	return calls, uses
}

// depends is the definition, word by word: both calls touch the word, and do not both read it or both
// mark it.
func depends(a, b []use) bool {
	for word := range words {
		for _, x := range a {
			for _, y := range b {
				if x.lo <= word && word < x.hi && y.lo <= word && word < y.hi && (x.access != y.access || x.access == kernels.Out || x.access == kernels.InOut) {
					return true
				}
			}
		}
	}
	return false
}

// paths is the transitive closure of an edge relation over n calls.
func paths(n int, edge func(i, j int) bool) [][]bool {
	p := make([][]bool, n)
	for i := range p {
		p[i] = make([]bool, n)
		for j := range p[i] {
			p[i][j] = edge(i, j)
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				p[i][j] = p[i][j] || p[i][k] && p[k][j]
			}
		}
	}
	return p
}

// TestDependences compares a graph with the definition: its paths are those of all pairs that
// depend on each other, and none of its edges can go.
func TestDependences(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	rapid.Check(t, func(t *rapid.T) {
		calls, uses := drawCalls(t, dev)
		g := tape.Dependences(calls)
		if err := tapetest.Races(calls, g); err != nil {
			t.Error(err)
		}
		n := len(calls)
		want := paths(n, func(i, j int) bool { return i < j && depends(uses[i], uses[j]) })
		isDirect := func(i, j int) bool { return slices.Contains(g.Direct[j], i) }
		edges := 0
		for j := range n {
			if !slices.IsSorted(g.Direct[j]) {
				t.Errorf("the calls before %d are %v, want them in rising order", j, g.Direct[j])
			}
			for i := range n {
				if g.Path(i, j) != want[i][j] {
					t.Errorf("a path from %d to %d: %v, want %v", i, j, g.Path(i, j), want[i][j])
				}
				if !isDirect(i, j) {
					continue
				}
				edges++
				rest := paths(n, func(a, b int) bool { return isDirect(a, b) && (a != i || b != j) })
				if rest[i][j] {
					t.Errorf("there is a path from %d to %d beside their edge", i, j)
				}
				without := g.Without(i, j)
				if tapetest.Races(calls, without) == nil {
					t.Errorf("without the edge from %d to %d no race is found", i, j)
				}
				for a := range n {
					for b := range n {
						if without.Path(a, b) != rest[a][b] {
							t.Errorf("without the edge from %d to %d, a path from %d to %d: %v, want %v", i, j, a, b, !rest[a][b], rest[a][b])
						}
					}
				}
			}
		}
		if g.Edges() != edges {
			t.Errorf("%d edges, want %d", g.Edges(), edges)
		}
	})
}

// TestCritical compares the critical path with those of all paths.
func TestCritical(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	rapid.Check(t, func(t *rapid.T) {
		calls, _ := drawCalls(t, dev)
		g := tape.Dependences(calls)
		weights := rapid.SliceOfN(rapid.IntRange(0, 5), len(calls), len(calls)).Draw(t, "weights")
		weight := func(i int) float64 { return float64(weights[i]) }
		one := func(int) float64 { return 1 }
		// heaviest is the largest sum of the weights of a path that ends at j.
		var heaviest func(j int, weight func(int) float64) float64
		heaviest = func(j int, weight func(int) float64) float64 {
			most := 0.0
			for i := range calls {
				if g.Path(i, j) {
					most = max(most, heaviest(i, weight))
				}
			}
			return most + weight(j)
		}
		check := func(path []int, weight func(int) float64) {
			sum, most := 0.0, 0.0
			for k, j := range path {
				if k > 0 && !slices.Contains(g.Direct[j], path[k-1]) {
					t.Errorf("the path %v has no edge from %d to %d", path, path[k-1], j)
				}
				sum += weight(j)
			}
			for j := range calls {
				most = max(most, heaviest(j, weight))
			}
			if sum != most {
				t.Errorf("the path %v weighs %g, want %g", path, sum, most)
			}
		}
		check(g.Critical(weight), weight)
		check(g.Critical(nil), one)
	})
}

// TestDependencesOfAStep is a step by hand: a product reads what a launch wrote, and its result is
// overwritten in part.
func TestDependencesOfAStep(t *testing.T) {
	recorder := tape.On(cpu.New(1))
	defer recorder.Close()
	var m [5]*tensor.Dense
	for i := range m {
		var err error
		if m[i], err = recorder.New(tensor.Float32, 2, 2); err != nil {
			t.Fatal(err)
		}
	}
	row, err := recorder.View(m[2], 2, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	other, err := recorder.View(m[3], 0, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = recorder.Record(func() error {
		for _, f := range []func() error{
			func() error { return kernels.Add(recorder, m[0], m[1]) },
			func() error { return recorder.MatMul(m[2], m[0], m[1], false, true) },
			func() error { return kernels.Add(recorder, m[4], m[1]) },
			func() error { return kernels.Copy(recorder, row, other) },
		} {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	g := tape.Dependences(recorder.Steps[0].Calls)
	if got, want := fmt.Sprint(g.Direct, g.Critical(nil)), "[[] [0] [] [1]] [0 1 3]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
