package model_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgan/model"
)

// TestGradients holds every gradient and both losses against central differences
// and against Gorgonia's automatic differentiation, in float64.
func TestGradients(t *testing.T) {
	for name, objective := range objectives() {
		for layers, f := range map[string]func(*model.Config){"one layer": func(*model.Config) {}, "two layers": twoLayers} {
			t.Run(name+", "+layers, func(t *testing.T) {
				c := small(objective, f)
				p := newProbe(t, c)
				must(t, p.Tick())
				must(t, p.DisGradients(0))
				must(t, p.GenGradients())
				got, err := p.Gradients()
				must(t, err)
				dis, gen, err := p.Losses()
				must(t, err)
				tensors, err := p.Tensors()
				must(t, err)
				z32, err := p.Noise()
				must(t, err)
				x, z := wide(p.Batches[0]), wide(z32)

				r := newReference(&model.State{Config: c, Tensors: tensors})
				losses := []float32{float32(dis), float32(gen)}
				differs(t, "losses", losses, []float64{r.disLoss(x, r.drawAll(z)), r.genLoss(z)}, 0, 1e-6)
				numeric := r.disGradients(x, z)
				maps.Copy(numeric, r.genGradients(z))
				auto, autoLosses := differentiate(t, r, x, z)
				differs(t, "losses in Gorgonia", losses, autoLosses, 0, 1e-6)
				for n := range r.values {
					// Gradients are sums of terms near 1e-2, rounded to float32.
					differs(t, "gradient of "+n, got[n], numeric[n], 5e-8, 1e-5)
					differs(t, "gradient in Gorgonia of "+n, got[n], auto[n], 5e-8, 1e-5)
				}
				if len(got) != len(r.values) {
					t.Errorf("got %d gradients, want %d", len(got), len(r.values))
				}
			})
		}
	}
}

// graph builds the reference's nets in Gorgonia.
type graph struct {
	*gorgonia.ExprGraph
	r      *reference
	params map[string]*gorgonia.Node
}

// matrix needs a name: Gorgonia takes two of one name and shape for the same node.
func (g *graph) matrix(name string, values []float64, rows int) *gorgonia.Node {
	v := tensor.New(tensor.WithShape(rows, len(values)/rows), tensor.WithBacking(slices.Clone(values)))
	return gorgonia.NewMatrix(g.ExprGraph, gorgonia.Float64, gorgonia.WithName(name), gorgonia.WithValue(v), gorgonia.WithShape(v.Shape()...))
}

// param is one node a parameter, wherever its net is applied.
func (g *graph) param(name string, rows int) *gorgonia.Node {
	if g.params[name] == nil {
		g.params[name] = g.matrix(name, g.r.values[name], rows)
	}
	return g.params[name]
}

// forward gives a net's last layer before any sigmoid. A bias is added as ones·bias.
func (g *graph) forward(net string, x *gorgonia.Node, widths ...int) *gorgonia.Node {
	for i := range len(widths) - 1 {
		if i > 0 {
			x = gorgonia.Must(gorgonia.Rectify(x))
		}
		y := gorgonia.Must(gorgonia.Mul(x, g.param(fmt.Sprintf("%s.%d.weight", net, i), widths[i])))
		rows := x.Shape()[0]
		ones := g.matrix("ones", slices.Repeat([]float64{1}, rows), rows)
		b := gorgonia.Must(gorgonia.Mul(ones, g.param(fmt.Sprintf("%s.%d.bias", net, i), 1)))
		x = gorgonia.Must(gorgonia.Add(y, b))
	}
	return x
}

// cross is mean softplus(x) - target·mean x, the cross-entropy of logits x.
func (g *graph) cross(x *gorgonia.Node, target float64) *gorgonia.Node {
	linear := gorgonia.Must(gorgonia.Mul(gorgonia.Must(gorgonia.Mean(x)), gorgonia.NewConstant(target)))
	return gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Softplus(x)))), linear))
}

// differentiate gives the gradients of D's loss by D's parameters and of G's by G's,
// and the two losses.
func differentiate(t *testing.T, r *reference, x, z []float64) (map[string][]float64, []float64) {
	all := map[string][]float64{}
	var losses []float64
	for _, net := range []string{"discriminator", "generator"} {
		// Gorgonia finds the gradients of one cost of a graph only.
		g := &graph{gorgonia.NewGraph(), r, map[string]*gorgonia.Node{}}
		cost := g.loss(net, x, z)
		var by gorgonia.Nodes
		for _, name := range r.names(net) {
			by = append(by, g.params[name])
		}
		d, err := gorgonia.Grad(cost, by...)
		must(t, err)
		machine := gorgonia.NewTapeMachine(g.ExprGraph)
		must(t, machine.RunAll())
		for i, name := range r.names(net) {
			all[name] = d[i].Value().Data().([]float64)
		}
		losses = append(losses, cost.Value().Data().(float64))
		must(t, machine.Close())
	}
	return all, losses
}

// loss is a net's, from logits.
func (g *graph) loss(net string, x, z []float64) *gorgonia.Node {
	c := g.r.config
	gen := slices.Concat([]int{c.NoiseDim}, c.GenHidden, []int{c.Pixels()})
	dis := slices.Concat([]int{c.Pixels()}, c.DisHidden, []int{1})
	drawn := gorgonia.Must(gorgonia.Sigmoid(g.forward("generator", g.matrix("z", z, c.BatchSize), gen...)))
	fake := g.forward("discriminator", drawn, dis...)
	switch {
	case net == "discriminator":
		real := g.forward(net, g.matrix("x", x, c.BatchSize), dis...)
		return gorgonia.Must(gorgonia.Add(g.cross(real, 1-c.LabelSmoothing), g.cross(fake, 0)))
	case c.Loss == "minimax":
		return gorgonia.Must(gorgonia.Neg(g.cross(fake, 0)))
	}
	return g.cross(fake, 1)
}
