package model_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"gorgan/model"
)

// TestSteps holds three whole steps against the reference: what is updated in which
// order, on which noise and which batch.
func TestSteps(t *testing.T) {
	long(t)
	type change = func(*model.Config)
	cases := map[string][]change{
		"discriminator first":             nil,
		"simultaneous":                    {simultaneous},
		"fresh noise":                     {freshNoise},
		"three discriminator steps":       {disSteps(3)},
		"three discriminator steps, sgd":  {disSteps(3), optimizer("sgd")},
		"two layers":                      {twoLayers},
		"no hidden layer":                 {func(c *model.Config) { c.GenHidden, c.DisHidden = nil, nil }},
		"adam with other constants":       {func(c *model.Config) { c.Beta1, c.Beta2, c.Epsilon = 0.5, 0.9, 1e-3 }},
		"sgd without momentum":            {optimizer("sgd"), func(c *model.Config) { c.Momentum = 0 }},
		"minimax with three dis. steps":   {loss("minimax"), disSteps(3)},
		"smoothed bce at the same time":   {smoothing, simultaneous},
		"average":                         {func(c *model.Config) { c.EMA = 0.75 }},
		"discriminator's own constants":   {func(c *model.Config) { c.DisLearningRate, c.DisBeta1, c.DisBeta2 = 3e-3, 0, 0.5 }},
		"rate that falls":                 {func(c *model.Config) { c.LearningRateDecay, c.LearningRateLeast = 0.5, 4e-4 }},
		"sgd with a ramp":                 {optimizer("sgd"), disSteps(2), func(c *model.Config) { c.MomentumEnd, c.MomentumSteps = 0.1, 2 }},
		"adagrad with a rate that falls":  {optimizer("adagrad"), func(c *model.Config) { c.LearningRateDecay = 0.5 }},
		"relativistic at the same time":   {loss("relativistic"), simultaneous, dropout},
		"noise, dropout, two dis. steps":  {dropout, disSteps(2), func(c *model.Config) { c.InstanceNoise = 0.1 }},
		"points of two dis. steps":        {loss("wgan-gp"), disSteps(2)},
		"points about data, two steps":    {loss("dragan"), disSteps(2)},
		"balance of two dis. steps":       {loss("began"), disSteps(2), func(c *model.Config) { c.KRate = 5 }},
		"balance at the same time":        {loss("began"), simultaneous, func(c *model.Config) { c.KRate, c.Gamma = 3, 0.4 }},
		"uniform first weights":           {func(c *model.Config) { c.GenInitScale, c.DisInitScale = 0.5, 0.2 }},
		"images that are wider than high": {func(c *model.Config) { c.Height, c.Width = 2, 9 }},
	}
	for name, f := range objectives() {
		cases["loss "+name] = []change{f}
	}
	for name, f := range variants() {
		cases[name] = []change{f}
	}
	for _, name := range model.Optimizers() {
		cases["optimizer "+name] = []change{optimizer(name)}
	}
	for name, changes := range cases {
		t.Run(name, func(t *testing.T) {
			c := small(changes...)
			set := noiseSet(t, max(21, c.BatchSize), c)
			trainer := newTrainer(t, device(t), c, set)
			want := newReference(stateOf(t, trainer))
			run(t, trainer, model.RunOptions{Steps: 3})
			for step := range 3 {
				want.step(dataOf(set), step+1)
			}
			// An Adam step is 1e-3 whatever the gradient's size; the means of the squares
			// of a penalty's gradients have twice their rounding.
			want.compare(t, stateOf(t, trainer), 2e-7, 3e-5)
		})
	}
}

// TestSeparateUpdates: a step of one net changes no bit of the other, nor of its
// optimizer.
func TestSeparateUpdates(t *testing.T) {
	nets := [2]string{"discriminator", "generator"}
	for _, name := range model.Optimizers() {
		t.Run(name, func(t *testing.T) {
			p := newProbe(t, device(t), small(optimizer(name)))
			hashes := func() (all [2]string) {
				tensors, err := p.Tensors()
				must(t, err)
				for i, net := range nets {
					h := sha256.New()
					for _, w := range tensors {
						if strings.Contains(w.Name, net) {
							fmt.Fprintln(h, w.Name, w.Values)
						}
					}
					all[i] = fmt.Sprintf("%x", h.Sum(nil))
				}
				return all
			}
			must(t, p.Tick())
			gradients := [2]func() error{func() error { return p.DisGradients(0) }, p.GenGradients}
			update := [2]func() error{p.UpdateDis, p.UpdateGen}
			for own, other := range [2]int{1, 0} {
				before := hashes()
				must(t, gradients[own]())
				if hashes() != before {
					t.Errorf("the gradients of the %s change weights", nets[own])
				}
				must(t, update[own]())
				after := hashes()
				if after[other] != before[other] {
					t.Errorf("a step of the %s changes the %s", nets[own], nets[other])
				}
				if after[own] == before[own] {
					t.Errorf("a step of the %s does not change it", nets[own])
				}
			}
		})
	}
}
