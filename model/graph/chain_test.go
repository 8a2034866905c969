package graph_test

import (
	"fmt"
	"testing"

	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// chain is a random discriminator: layers from rows of pack images to a logit.
type chain struct {
	o       *oracle
	layers  []string
	weights []*tensor.Dense // of each layer its weight, bias and table, nil where it has none
	pack    int
	random  [2]*tensor.Dense // key, step
	labels  *tensor.Dense    // of each row
}

const (
	imageCols = 2
	batch     = 4 // images
	classes   = 3
	width     = 3 // of the layers between
)

func drawChain(t *rapid.T, o *oracle) *chain {
	c := &chain{o: o, pack: rapid.SampledFrom([]int{1, 2}).Draw(t, "pack")}
	c.layers = rapid.SliceOfN(rapid.SampledFrom([]string{"linear", "relu", "leaky", "maxout", "dropout", "classes", "residual", "relu dropout"}), 1, 4).Draw(t, "layers")
	c.random = [2]*tensor.Dense{o.tensor(graph.Type{Elem: tensor.Uint32, Shape: []int{2}}), o.tensor(graph.Type{Elem: tensor.Uint32, Shape: []int{1}})}
	c.labels = o.tensor(graph.Type{Elem: tensor.Uint32, Shape: []int{2 * batch / c.pack}})
	in := c.pack * imageCols
	for _, l := range append(c.layers, "out") {
		var w [3]*tensor.Dense
		switch l {
		case "maxout":
			w = [3]*tensor.Dense{o.floats(in, 2*width), o.floats(2 * width)}
			in = width
		case "residual":
			w = [3]*tensor.Dense{o.floats(in, in), o.floats(in)}
		case "classes":
			w = [3]*tensor.Dense{o.floats(in, width), o.floats(width), o.floats(classes, width)}
			in = width
		case "dropout":
		case "out":
			w = [3]*tensor.Dense{o.floats(in, 1), o.floats(1)}
		default:
			w = [3]*tensor.Dense{o.floats(in, width), o.floats(width)}
			in = width
		}
		c.weights = append(c.weights, w[:]...)
	}
	return c
}

// apply appends the chain to b: x (rows, pack·imageCols) to logits (rows, 1).
func (c *chain) apply(b *graph.Builder, x *graph.Value) *graph.Value {
	drop := func(x *graph.Value, layer int) *graph.Value {
		r := graph.Random{Key: b.Leaf("key", c.random[0]), Step: b.Leaf("step", c.random[1]), Stream: kernels.Stream(layer)}
		r.First = 3 * layer
		return b.Dropout(x, r, 0.7)
	}
	for i, l := range append(c.layers, "out") {
		var w [3]*graph.Value
		for j := range w {
			if t := c.weights[3*i+j]; t != nil {
				w[j] = b.Leaf("w", t)
			}
		}
		if l == "dropout" {
			x = drop(x, i)
			continue
		}
		y := b.MatMul(x, w[0], false, false)
		switch l {
		case "linear", "out":
			x = b.BiasLinear(y, w[1])
		case "relu":
			x = b.BiasReLU(y, w[1], 0)
		case "relu dropout":
			x = drop(b.BiasReLU(y, w[1], 0.1), i)
		case "leaky":
			x = b.BiasReLU(y, w[1], 0.2)
		case "maxout":
			x = b.Maxout(y, w[1], 2)
		case "classes":
			x = b.BiasReLU(b.ClassBias(y, w[2], b.Leaf("labels", c.labels)), w[1], 0.1)
		case "residual":
			x = b.Add(x, b.BiasReLU(y, w[1], 0.3))
		}
	}
	return x
}

// TestChains holds the gradients of random discriminators against central differences: the
// losses on real and fake rows of one join, with a penalty of R1 on the real ones and one
// of WGAN-GP on the fake ones. The fake rows are computed from noise, by weights that are
// differentiated too.
func TestChains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := newOracle(t)
		c := drawChain(t, o)
		realImages, noise := o.floats(batch, imageCols), o.floats(batch, 2)
		generator := o.floats(2, imageCols)
		r1, gp := rapid.Bool().Draw(t, "r1"), rapid.Bool().Draw(t, "gp")
		rows := batch / c.pack
		var losses, gradients []*graph.Value
		var at []*tensor.Dense
		p := o.compile(func(b *graph.Builder) {
			losses, gradients, at = nil, nil, nil
			fake := b.MatMul(b.Leaf("z", noise), b.Leaf("generator", generator), false, false)
			x := b.Reshape(b.Join(b.Leaf("real", realImages), fake), 2*rows, c.pack*imageCols)
			logits := c.apply(b, x)
			of := func(v *graph.Value, group int) *graph.Value { return b.Rows(v, group*rows, rows) }
			losses = append(losses, b.BCELogits(of(logits, 0), 1, 1), b.LeastSquares(of(logits, 1), 0, 0.5))
			for group, on := range []bool{r1, gp} {
				if on {
					g := b.Grad([]graph.Seed{{Of: of(logits, group), D: b.Ones(rows, 1)}}, of(x, group))[0]
					losses = append(losses, b.Penalty(g, 0.7, float32(group)))
				}
			}
			var seeds []graph.Seed
			for _, l := range losses {
				b.Keep(l)
				seeds = append(seeds, graph.Seed{Of: l})
			}
			var wanted []*graph.Value
			for _, w := range append(c.weights, generator) {
				if w != nil {
					at, wanted = append(at, w), append(wanted, b.Leaf("w", w))
				}
			}
			gradients = b.Grad(seeds, wanted...)
			for i, g := range gradients {
				if i%2 == 0 { // the others may be worked on in place
					b.Keep(g)
				} else {
					b.Store(g, o.floats(g.Shape...))
				}
			}
		})
		f := func() (sum float64) {
			must(t, p.Run())
			for _, l := range losses {
				sum += o.values(p, l)[0]
			}
			return sum
		}
		for i, x := range at {
			want := o.differences(x, f)
			f()
			o.compare(fmt.Sprintf("weight %d", i), o.values(p, gradients[i]), want)
		}
	})
}
