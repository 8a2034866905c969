package graph_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgan/model/graph"
)

// apply appends the example's operation on leaves without memory and returns its inputs and
// its first output.
func apply(b *graph.Builder, e graph.Example) (in []*graph.Value, out *graph.Value) {
	for _, t := range e.In {
		in = append(in, graph.NewLeaf(t))
	}
	out = e.Make(b, in)
	return out.Inputs(), out
}

// TestExamples: the table has an example of every type with the methods of an Op, under
// the name it launches, and every example works out the types of its outputs.
func TestExamples(t *testing.T) {
	declared := map[string]map[string]bool{} // the methods of each type
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			of := strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*")
			if declared[of] == nil {
				declared[of] = map[string]bool{}
			}
			declared[of][f.Name.Name] = true
		}
	}
	maps.DeleteFunc(declared, func(_ string, methods map[string]bool) bool {
		return !methods["Launch"] || !methods["Gradient"] || !methods["Infer"]
	})
	seen := map[string]bool{}
	for _, e := range graph.Examples {
		_, err := graph.Build(func(b *graph.Builder) {
			_, out := apply(b, e)
			op := out.Producer()
			seen[reflect.TypeOf(op).Name()] = true
			if op.Name() != e.Name {
				t.Errorf("%s: the operation is called %s", e.Name, op.Name())
			}
		})
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
	if got, want := slices.Sorted(maps.Keys(seen)), slices.Sorted(maps.Keys(declared)); !slices.Equal(got, want) {
		t.Errorf("Examples has operations of types %v\nthe package declares %v", got, want)
	}
}

// The operations without a gradient: a graph that asks for it is refused.
var (
	terminal = []string{"all_gather", "batch_grad", "batch_moments", "batch_sums", "class_grad", "combine_moments", "group_deviation_second", "linear_grad", "spectral_grad", "tree_sum", "unit_rows_grad"}
	data     = []string{"deviation", "gather", "interpolate", "labels", "one_hot", "perturb", "shuffle", "uniform"}
)

// TestClosed differentiates every operation of the table. Its gradient is made of operations
// of the table, which are differentiated in their turn: none is missing, however often a
// graph is differentiated. Where the gradients end, one sentence says so.
func TestClosed(t *testing.T) {
	known := map[string]bool{}
	for _, e := range graph.Examples {
		graph.Build(func(b *graph.Builder) {
			_, out := apply(b, e)
			known[graph.Kind(out.Producer())] = true
		})
	}
	for _, e := range graph.Examples {
		at := e.Gradient
		if at == nil {
			at = []int{0}
		}
		for _, i := range at {
			var made []*graph.Node
			_, err := graph.Build(func(b *graph.Builder) {
				in, out := apply(b, e)
				seed := graph.Seed{Of: out, D: graph.NewLeaf(out.Type)}
				if strings.HasPrefix(graph.Kind(out.Producer()), "loss ") {
					seed.D = nil
				}
				before := len(b.Made())
				b.Grad([]graph.Seed{seed}, in[i])
				made = b.Made()[before:]
			})
			want := ""
			switch {
			case slices.Contains(terminal, e.Name):
				want = "graph: " + e.Name + " has no second derivative here, so a gradient penalty cannot pass through it"
			case slices.Contains(data, e.Name):
				want = "graph: " + e.Name + ": a gradient cannot pass through data"
			}
			if got := fmt.Sprint(err); err != nil && got != want || err == nil && want != "" {
				t.Errorf("%s, input %d: got error %q, want %q", e.Name, i, got, want)
			}
			for _, n := range made {
				if !known[graph.Kind(n.Op)] {
					t.Errorf("the gradient of %s has a %s, which is not in Examples", e.Name, graph.Kind(n.Op))
				}
			}
		}
	}
}
