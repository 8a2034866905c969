package model_test

import (
	"fmt"
	"maps"
	"math"
	"testing"

	"pgregory.net/rapid"

	"gorgan/kernels"
	"gorgan/model"
)

// TestGradients holds every gradient and both losses against the reference, for each
// loss with all else as it is and for all else with a loss.
func TestGradients(t *testing.T) {
	long(t)
	type change = func(*model.Config)
	dev := device(t)
	for name, objective := range objectives() {
		for layers, f := range map[string]change{"no layer": func(c *model.Config) { c.GenHidden, c.DisHidden = nil, nil }, "one layer": func(*model.Config) {}, "two layers": twoLayers} {
			t.Run(name+", "+layers, func(t *testing.T) { checkGradients(t, dev, small(objective, f), 5e-7) })
		}
	}
	for name, f := range map[string]change{"wgan-gp": loss("wgan-gp"), "dragan": loss("dragan"), "r1 and r2": func(c *model.Config) { c.R1, c.R2 = 1, 2 }} {
		tanh := func(c *model.Config) { c.DisActivation = "tanh" }
		t.Run("tanh, "+name, func(t *testing.T) { checkGradients(t, dev, small(f, tanh, twoLayers), 5e-7) })
	}
	for name, f := range manyRows() { // products over the rows round more often
		t.Run(name, func(t *testing.T) { checkGradients(t, dev, small(f), 5e-6) })
	}
	for name, f := range variants() {
		t.Run(name, func(t *testing.T) { checkGradients(t, dev, small(f), 5e-7) })
		if deviceName() != "cpu" { // the same kernels in another order
			continue
		}
		t.Run("relativistic, "+name, func(t *testing.T) {
			checkGradients(t, dev, small(loss("relativistic"), f), 5e-7)
		})
	}
	for _, name := range []string{"maxout", "dropout", "packed classes", "augmented", "instance noise", "tanh output", "r1", "r2"} { // the oracle of others takes minutes
		t.Run("ebgan, "+name, func(t *testing.T) {
			c := small(variants()[name], func(c *model.Config) { c.Loss, c.PullAway = "ebgan", 0.3 })
			checkGradients(t, dev, c, 5e-7)
		})
	}
}

// gradientsOf takes one discriminator and one generator step of c as far as the gradients,
// and returns them with the losses of both.
func gradientsOf(t reporter, dev kernels.Device, c model.Config) (p *model.Probe, got map[string][]float32, losses []float32) {
	p = newProbe(t, dev, c)
	must(t, p.Tick())
	must(t, p.DisGradients(0))
	must(t, p.GenGradients())
	got, err := p.Gradients()
	must(t, err)
	dis, gen, err := p.Losses()
	must(t, err)
	return p, got, []float32{float32(dis), float32(gen)}
}

// checkGradients compares those of one discriminator and one generator step. abs is how
// far a gradient may be off, of the largest or of 1.
func checkGradients(t reporter, dev kernels.Device, c model.Config, abs float64) {
	p, got, losses := gradientsOf(t, dev, c)
	r, in := referenceOf(t, c, p)
	s := r.shown(in, 0)
	relative := 2e-6
	if c.R1 > 0 || c.R2 > 0 { // squares of gradients, each of which is rounded in every layer, forward and backward
		relative = 5e-6
	}
	differs(t, "losses", losses, []float64{real(r.disLossOn(r.forwardDis(s))), real(r.genLossOn(r.forwardDis(r.shown(in, genStage))))}, 1e-6, relative)
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
			x, fake := r.noisy(s, true)
			want := r.between(s, x, fake)
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
	long(t)
	dev := device(t)
	rapid.Check(t, func(t *rapid.T) {
		c, abs := anyGame().Draw(t, "config"), 3e-6
		switch {
		case c.Loss == "ebgan" || c.Loss == "began": // twice as many layers, and the derivative of a norm is divided by it
			abs = 1e-5
		case c.Loss == "wgan-gp" || c.Loss == "dragan" || c.R1 > 0 || c.R2 > 0: // products of gradients, which may be steep in narrow nets
			abs = 3e-5
		}
		checkGradients(t, dev, c, abs)
	})
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
		c.Augment = rapid.SliceOfDistinct(rapid.SampledFrom(model.Augmentations()), rapid.ID).Draw(t, "augment")
		c.GPWeight = rapid.Float64Range(0.1, 10).Draw(t, "gp")
		c.Stack = rapid.SampledFrom([]int{1, 3}).Draw(t, "stack")
		c.Channels = c.Stack
		if c.Stack == 1 {
			c.Classes = rapid.IntRange(0, 3).Draw(t, "classes")
		}
		c.Pack = rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "pack")
		ways := []string{model.AutoLabels, model.ClassifierLabels}
		if c.Pack == 1 {
			ways = append(ways, model.LogitLabels, model.ProjectionLabels)
		}
		c.DisLabels = rapid.SampledFrom(ways).Draw(t, "dis labels")
		c.CodeClasses, c.CodeValues = rapid.SampledFrom([]int{0, 2, 3}).Draw(t, "code classes"), rapid.IntRange(0, 2).Draw(t, "code values")
		c.ClassWeight, c.GenClassWeight, c.CodeWeight = rapid.Float64Range(0.1, 2).Draw(t, "class"), maybe("gen class", 1.5), rapid.Float64Range(0.1, 2).Draw(t, "code")
		c.CodeValueWeight = rapid.Float64Range(0.1, 2).Draw(t, "value")
		if c.Loss == "ebgan" || c.Loss == "began" { // an autoencoder has no heads
			c.DisLabels, c.CodeClasses, c.CodeValues = model.AutoLabels, 0, 0
		}
		c.R1, c.R2 = maybe("r1", 1), maybe("r2", 2)
		c.BatchSize = c.Pack * rapid.IntRange(1, 4).Draw(t, "packs")
		c.Seed = rapid.Uint64().Draw(t, "seed")
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		return c
	})
}
