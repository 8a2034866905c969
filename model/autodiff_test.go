package model_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgan/model"
)

// TestGradientsInGorgonia holds first-order gradients and losses against Gorgonia's
// automatic differentiation in float64.
func TestGradientsInGorgonia(t *testing.T) {
	long(t)
	objectives := objectives()
	delete(objectives, "wgan-gp") // Gorgonia does not differentiate twice
	delete(objectives, "dragan")
	delete(objectives, "ebgan, pull-away") // it does not take part of a matrix
	dev := device(t)
	for name, objective := range objectives {
		for _, activation := range model.GenActivations() {
			t.Run(name+", "+activation, func(t *testing.T) {
				c := small(objective, twoLayers, func(c *model.Config) { c.GenActivation, c.DisActivation = activation, activation })
				p, got, losses := gradientsOf(t, dev, c)
				r, in := referenceOf(t, c, p)
				want, wantLosses := differentiate(t, r, in.x, in.z)
				differs(t, "losses", losses, wantLosses, 0, 1e-6)
				for n := range got {
					differs(t, "gradient of "+n, got[n], want[n], 1e-7, 1e-5)
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
		g.params[name] = g.matrix(name, parts(g.r.values[name]), rows)
	}
	return g.params[name]
}

// forward gives a net's last layer before any sigmoid. A bias is added as ones·bias.
func (g *graph) forward(net string, x *gorgonia.Node, widths ...int) *gorgonia.Node {
	for i := range len(widths) - 1 {
		if code := len(g.r.config.DisHidden) + 1; i > 0 && !(net == "discriminator" && g.r.autoencodes() && i == code) {
			x = g.activate(x)
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

// activate is the hidden layers' activation.
func (g *graph) activate(x *gorgonia.Node) *gorgonia.Node {
	switch g.r.config.DisActivation {
	case "tanh":
		return gorgonia.Must(gorgonia.Tanh(x))
	case "leaky-relu":
		// max(x,0) - slope·max(-x,0)
		below := gorgonia.Must(gorgonia.Rectify(gorgonia.Must(gorgonia.Neg(x))))
		return gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Rectify(x)), g.times(below, float64(float32(g.r.config.LeakySlope)))))
	}
	return gorgonia.Must(gorgonia.Rectify(x))
}

func (g *graph) times(x *gorgonia.Node, factor float64) *gorgonia.Node {
	return gorgonia.Must(gorgonia.Mul(x, gorgonia.NewConstant(factor)))
}

// squares is half the mean of (x-target)².
func (g *graph) squares(x *gorgonia.Node, target float64) *gorgonia.Node {
	off := gorgonia.Must(gorgonia.Sub(x, gorgonia.NewConstant(target)))
	return g.times(gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(off)))), 0.5)
}

// short is the mean of max(0, 1-sign·x).
func (g *graph) short(x *gorgonia.Node, sign float64) *gorgonia.Node {
	return gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Rectify(gorgonia.Must(gorgonia.Sub(gorgonia.NewConstant(1.0), g.times(x, sign)))))))
}

// loss is a net's, from D's outputs.
func (g *graph) loss(net string, x, z []float64) *gorgonia.Node {
	c := g.r.config
	gen := slices.Concat([]int{c.NoiseDim}, c.GenHidden, []int{c.Values()})
	dis := slices.Concat([]int{c.Values()}, c.DisHidden, []int{1})
	if g.r.autoencodes() {
		dis = slices.Concat([]int{c.Values()}, g.r.disHidden(), []int{c.Values()})
	}
	drawn := gorgonia.Must(gorgonia.Sigmoid(g.forward("generator", g.matrix("z", z, c.BatchSize), gen...)))
	judged := func(images *gorgonia.Node) *gorgonia.Node {
		y := g.forward("discriminator", images, dis...)
		if !g.r.autoencodes() {
			return y
		}
		off := gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Sigmoid(y)), images))))
		return gorgonia.Must(gorgonia.Sqrt(gorgonia.Must(gorgonia.Mean(off, 1))))
	}
	fake := judged(drawn)
	var real *gorgonia.Node
	if net == "discriminator" || c.Loss == "relativistic" {
		real = judged(g.matrix("x", x, c.BatchSize))
	}
	if net == "discriminator" {
		switch c.Loss {
		case "least-squares":
			return gorgonia.Must(gorgonia.Add(g.squares(real, 1), g.squares(fake, 0)))
		case "wgan":
			return gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Mean(fake)), gorgonia.Must(gorgonia.Mean(real))))
		case "hinge":
			return gorgonia.Must(gorgonia.Add(g.short(real, 1), g.short(fake, -1)))
		case "relativistic":
			return g.cross(gorgonia.Must(gorgonia.Sub(fake, real)), 0)
		case "ebgan":
			short := gorgonia.Must(gorgonia.Rectify(gorgonia.Must(gorgonia.Sub(gorgonia.NewConstant(c.Margin), fake))))
			return gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Mean(real)), gorgonia.Must(gorgonia.Mean(short))))
		case "began": // k is given here, as it is 0 at first
			return gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Mean(real)), g.times(gorgonia.Must(gorgonia.Mean(fake)), g.r.k)))
		}
		return gorgonia.Must(gorgonia.Add(g.cross(real, 1-c.LabelSmoothing), g.cross(fake, 0)))
	}
	switch c.Loss {
	case "minimax":
		return gorgonia.Must(gorgonia.Neg(g.cross(fake, 0)))
	case "least-squares":
		return g.squares(fake, 1)
	case "wgan", "hinge":
		return gorgonia.Must(gorgonia.Neg(gorgonia.Must(gorgonia.Mean(fake))))
	case "relativistic":
		return g.cross(gorgonia.Must(gorgonia.Sub(real, fake)), 0)
	case "ebgan", "began":
		return gorgonia.Must(gorgonia.Mean(fake))
	}
	return g.cross(fake, 1)
}
