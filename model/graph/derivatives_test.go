package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/model/graph"
)

// isLoss tells whether an example's first output is a pair of numbers.
func isLoss(e graph.Example) bool {
	return e.Gradient != nil && slices.Contains([]string{"bce_logits", "least_squares", "hinge", "wasserstein", "pairing", "softmax_logits", "row_penalty"}, e.Name)
}

// TestDerivatives holds the gradients of every operation, as a compiled program computes
// them, against central differences of the sum of d·output, or of the loss.
func TestDerivatives(t *testing.T) {
	for i, e := range graph.Examples {
		if e.Gradient == nil {
			continue
		}
		t.Run(fmt.Sprint(i, " ", e.Name), func(t *testing.T) {
			o := newOracle(t)
			leaves := o.leaves(e)
			var d *tensor.Dense
			var out *graph.Value
			var gradients []*graph.Value
			p := o.compile(func(b *graph.Builder) {
				in, y := node(b, e, leaves)
				out = b.Keep(y)
				seed := graph.Seed{Of: y}
				if !isLoss(e) {
					d = o.tensor(y.Type)
					seed.D = b.Leaf("d", d)
				}
				var at []*graph.Value
				for _, i := range e.Gradient {
					at = append(at, in[i])
				}
				gradients = b.Grad([]graph.Seed{seed}, at...)
				for _, g := range gradients {
					b.Keep(g)
				}
			})
			f := func() float64 {
				must(t, p.Run())
				if d == nil {
					return o.values(p, out)[0]
				}
				return dot(o.values(p, out), o.dev.Download64(d))
			}
			for j, i := range e.Gradient {
				want := o.differences(leaves[i], f)
				f()
				o.compare(fmt.Sprint("input ", i), o.values(p, gradients[j]), want)
			}
		})
	}
}

// TestSecondDerivatives takes the mean (|g|-1)² over the rows of the gradient g at each
// input of every operation, and holds its gradients at all inputs, and at the gradient d
// that arrives, against central differences. Where Grad says that a gradient is 0, it is.
func TestSecondDerivatives(t *testing.T) {
	for i, e := range graph.Examples {
		for _, at := range e.Gradient {
			t.Run(fmt.Sprint(i, " ", e.Name, " ", at), func(t *testing.T) {
				o := newOracle(t)
				leaves := o.leaves(e)
				var y *graph.Value
				graph.Build(func(b *graph.Builder) { _, y = node(b, e, leaves) })
				if !isLoss(e) {
					leaves = append(leaves, o.tensor(y.Type)) // d
				}
				// penalty appends the penalty, and its gradient at leaf l unless l is -1.
				penalty := func(b *graph.Builder, l int) (loss, gradient *graph.Value) {
					in, y := node(b, e, leaves[:len(e.In)])
					seed := graph.Seed{Of: y}
					if !isLoss(e) {
						in = append(in, b.Leaf("d", leaves[len(e.In)]))
						seed.D = in[len(e.In)]
					}
					g := b.Grad([]graph.Seed{seed}, in[at])[0]
					if len(g.Shape) != 2 {
						g = b.Reshape(g, 1, g.Size())
					}
					loss = b.Keep(b.Penalty(g, 10, 1))
					if l >= 0 {
						gradient = b.Keep(b.Grad([]graph.Seed{{Of: loss}}, in[l])[0])
					}
					return loss, gradient
				}
				if !slices.Contains(e.Second, at) {
					refused(t, e, at, leaves, penalty)
					return
				}
				var loss *graph.Value
				p := o.compile(func(b *graph.Builder) { loss, _ = penalty(b, -1) })
				f := func() float64 {
					must(t, p.Run())
					return o.values(p, loss)[0]
				}
				moves := false
				for l, x := range leaves {
					if x.Dtype() != tensor.Float32 {
						continue
					}
					want := o.differences(x, f)
					got := make([]float64, len(want))
					g, err := graph.Build(func(b *graph.Builder) { _, y = penalty(b, l) })
					if err == nil {
						second, err := g.Compile(o.dev)
						must(t, err)
						must(t, second.Run())
						got = o.values(second, y)
						moves = true
					} else if !strings.Contains(err.Error(), "is 0 on some or all of its rows") {
						t.Fatal(err)
					}
					o.compare(fmt.Sprint("leaf ", l), got, want)
				}
				if !moves {
					t.Error("the gradient depends on nothing")
				}
			})
		}
	}
}

// refused: the gradient at an input depends on others in a way that cannot be
// differentiated here, and Grad says so in one sentence.
func refused(t *testing.T, e graph.Example, at int, leaves []*tensor.Dense, penalty func(b *graph.Builder, l int) (loss, gradient *graph.Value)) {
	refusals := 0
	for l, x := range leaves {
		if x.Dtype() != tensor.Float32 {
			continue
		}
		_, err := graph.Build(func(b *graph.Builder) { penalty(b, l) })
		switch {
		case err == nil:
			t.Errorf("the gradient at input %d can be differentiated at %d", at, l)
		case strings.HasSuffix(err.Error(), " has no second derivative here, so a gradient penalty cannot pass through it"):
			refusals++
		case !strings.Contains(err.Error(), "is 0 on some or all of its rows"):
			t.Error(err)
		}
	}
	if refusals == 0 {
		t.Errorf("%s: the gradient at input %d is not refused a gradient", e.Name, at)
	}
}
