package model_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/model"
)

// TestGradients holds every gradient and both losses against the reference, for each
// loss with all else as it is and for all else with a loss.
func TestGradients(t *testing.T) {
	type change = func(*model.Config)
	dev := device(t)
	for name, objective := range objectives() {
		for layers, f := range map[string]change{"no layer": func(c *model.Config) { c.GenHidden, c.DisHidden = nil, nil }, "one layer": func(*model.Config) {}, "two layers": twoLayers} {
			t.Run(name+", "+layers, func(t *testing.T) { checkGradients(t, dev, small(objective, f), 5e-7) })
		}
	}
	for name, f := range variants() {
		t.Run(name, func(t *testing.T) { checkGradients(t, dev, small(f), 5e-7) })
		t.Run("relativistic, "+name, func(t *testing.T) {
			checkGradients(t, dev, small(loss("relativistic"), f), 5e-7)
		})
	}
}

// checkGradients compares those of one discriminator and one generator step. abs is how
// far a gradient may be off, of the largest or of 1.
func checkGradients(t reporter, dev kernels.Device, c model.Config, abs float64) {
	p := newProbe(t, dev, c)
	must(t, p.Tick())
	must(t, p.DisGradients(0))
	must(t, p.GenGradients())
	got, err := p.Gradients()
	must(t, err)
	dis, gen, err := p.Losses()
	must(t, err)
	r, in := referenceOf(t, c, p)
	s := r.shown(in, 0)
	losses := []float32{float32(dis), float32(gen)}
	differs(t, "losses", losses, []float64{real(r.disLoss(s)), real(r.genLoss(r.shown(in, genStage)))}, 1e-6, 2e-6)
	want := r.disGradients(in)
	maps.Copy(want, r.genGradients(in))
	// Gradients are sums of terms that may cancel, each rounded to float32: of inputs,
	// which are up to 1, or of tangents, which are as large as the gradients.
	largest := 1.0
	for _, g := range want {
		for _, v := range g {
			largest = max(largest, math.Abs(v))
		}
	}
	for n := range r.values {
		differs(t, "gradient of "+n, got[n], want[n], abs*largest, 1e-5)
	}
	if len(got) != len(r.values) {
		t.Errorf("got %d gradients, want %d", len(got), len(r.values))
	}
}

// TestPoints: where the penalties of wgan-gp and dragan are, in either of two
// discriminator steps, of images in packs too, with instance noise on them.
func TestPoints(t *testing.T) {
	for _, name := range []string{"wgan-gp", "dragan"} {
		c := small(loss(name), disSteps(2), func(c *model.Config) { c.Pack, c.InstanceNoise = 2, 0.1 })
		p := newProbe(t, device(t), c)
		must(t, p.Tick())
		for nth := range 2 {
			must(t, p.DisGradients(nth))
			got, err := p.Points()
			must(t, err)
			r, in := referenceOf(t, c, p)
			in.x = wide(p.Batches[nth])
			s := r.shown(in, nth)
			x, drawn := r.noisy(s, true)
			want := r.between(s, x, drawn)
			if name == "dragan" {
				want = r.around(s, x)
			}
			differs(t, fmt.Sprintf("%s, step %d", name, nth), got, parts(want), 2e-6, 1e-6)
		}
	}
}

// referenceOf is a reference at the weights of p, with what p was shown in its first
// step.
func referenceOf(t reporter, c model.Config, p *model.Probe) (*reference, inputs) {
	tensors, err := p.Tensors()
	must(t, err)
	z, err := p.Noise()
	must(t, err)
	in := inputs{step: 1, x: wide(p.Batches[0]), z: wide(z)}
	if c.Classes > 0 {
		in.labels = p.Labels[0]
	}
	return newReference(&model.State{Config: c, Tensors: tensors}), in
}

// TestGradientsOfAny: the same for whatever can be combined.
func TestGradientsOfAny(t *testing.T) {
	dev := device(t)
	rapid.Check(t, func(t *rapid.T) { checkGradients(t, dev, anyGame().Draw(t, "config"), 3e-6) })
}

// anyGame is a config of nets that are small enough for the reference.
func anyGame() *rapid.Generator[model.Config] {
	return rapid.Custom(func(t *rapid.T) model.Config {
		c := small()
		c.Loss = rapid.SampledFrom(model.Losses()).Draw(t, "loss")
		width := rapid.IntRange(1, 5)
		c.GenHidden, c.DisHidden = rapid.SliceOfN(width, 0, 2).Draw(t, "gen"), rapid.SliceOfN(width, 0, 3).Draw(t, "dis")
		c.NoiseDim, c.Height, c.Width = width.Draw(t, "noise"), 2, rapid.IntRange(1, 2).Draw(t, "width")
		c.GenActivation = rapid.SampledFrom(model.GenActivations()).Draw(t, "gen activation")
		c.DisActivation = rapid.SampledFrom(model.Activations()).Draw(t, "dis activation")
		c.MaxoutPieces = rapid.IntRange(2, 3).Draw(t, "pieces")
		c.LeakySlope = rapid.Float64Range(0.01, 0.9).Draw(t, "slope")
		maybe := func(name string, value float64) float64 {
			return rapid.SampledFrom([]float64{0, value}).Draw(t, name)
		}
		c.DisDropoutInput, c.DisDropoutHidden = maybe("input", 0.25), maybe("hidden", 0.5)
		c.InstanceNoise = maybe("noise", 0.3)
		c.GPWeight = rapid.Float64Range(0.1, 10).Draw(t, "gp")
		c.Classes = rapid.IntRange(0, 3).Draw(t, "classes")
		c.Pack = rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "pack")
		if c.DisActivation != "tanh" {
			c.R1, c.R2 = maybe("r1", 1), maybe("r2", 2)
		} else if c.Loss == "wgan-gp" || c.Loss == "dragan" {
			c.DisActivation = "leaky-relu"
		}
		c.BatchSize = c.Pack * rapid.IntRange(1, 4).Draw(t, "packs")
		c.Seed = rapid.Uint64().Draw(t, "seed")
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		return c
	})
}

// TestGradientsInGorgonia holds first-order gradients and losses against Gorgonia's
// automatic differentiation in float64.
func TestGradientsInGorgonia(t *testing.T) {
	objectives := objectives()
	delete(objectives, "wgan-gp") // Gorgonia does not differentiate twice
	delete(objectives, "dragan")
	dev := device(t)
	for name, objective := range objectives {
		for _, activation := range model.GenActivations() {
			t.Run(name+", "+activation, func(t *testing.T) {
				c := small(objective, twoLayers, func(c *model.Config) { c.GenActivation, c.DisActivation = activation, activation })
				p := newProbe(t, dev, c)
				must(t, p.Tick())
				must(t, p.DisGradients(0))
				must(t, p.GenGradients())
				got, err := p.Gradients()
				must(t, err)
				dis, gen, err := p.Losses()
				must(t, err)
				r, in := referenceOf(t, c, p)
				want, losses := differentiate(t, r, in.x, in.z)
				differs(t, "losses", []float32{float32(dis), float32(gen)}, losses, 0, 1e-6)
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
		if i > 0 {
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
	gen := slices.Concat([]int{c.NoiseDim}, c.GenHidden, []int{c.Pixels()})
	dis := slices.Concat([]int{c.Pixels()}, c.DisHidden, []int{1})
	drawn := gorgonia.Must(gorgonia.Sigmoid(g.forward("generator", g.matrix("z", z, c.BatchSize), gen...)))
	fake := g.forward("discriminator", drawn, dis...)
	var real *gorgonia.Node
	if net == "discriminator" || c.Loss == "relativistic" {
		real = g.forward("discriminator", g.matrix("x", x, c.BatchSize), dis...)
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
	}
	return g.cross(fake, 1)
}
