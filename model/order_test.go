package model_test

import (
	"maps"
	"slices"
	"testing"

	"gorgan/kernels/dense"
	"gorgan/kernels/fuse"
	"gorgan/kernels/tape"
	"gorgan/kernels/tape/tapetest"
	"gorgan/model"
)

// TestOrder proves for every preset, loss and variant that a step's launches may come in any order
// that keeps their dependences: see package tapetest. It proves this of the step as it is recorded and
// as package fuse rewrites it, with tiles and without. It tries a step in the middle of a run, so a launch
// that comes too early reads what the step before left.
func TestOrder(t *testing.T) {
	long(t)
	onCPU(t)
	narrow, all := narrowConfigs(t), narrowConfigs(t)
	for name, f := range variants() {
		all["variant "+name] = small(f)
	}
	for _, way := range []struct {
		name    string
		configs map[string]model.Config
		fuse    *fuse.Options // nil for the step as it is recorded
		change  func(*model.Config)
		seen    int // of 100 edges, those whose loss changes bits. A search for NaN may come too early, for example.
	}{
		{"recorded", all, nil, func(*model.Config) {}, 80},
		{"exact", all, &fuse.Options{Exact: true}, func(*model.Config) {}, 95},
		{"fused", narrow, &fuse.Options{}, func(*model.Config) {}, 95},
		{"fused with tiles", all, &fuse.Options{Choose: firstTile, Convolve: ownConvolutions}, wholeTiles, 95},
	} {
		edges, seen := 0, 0
		for _, name := range slices.Sorted(maps.Keys(way.configs)) {
			t.Run(way.name+"/"+name, func(t *testing.T) {
				c := way.configs[name]
				way.change(&c)
				dev := tape.On(cpu(t, 1))
				if way.fuse != nil {
					dev.Rewrite = first(dev, *way.fuse)
				}
				trainer := newTrainer(t, dev, c, noiseSet(t, 5*c.BatchSize*c.Stack, c))
				run(t, trainer, model.RunOptions{Steps: 3})
				step := dev.Steps[0]
				must(t, tapetest.Accesses(dev, step))
				must(t, tapetest.Races(step.Calls, tape.Dependences(step.Calls)))
				must(t, tapetest.Orders(dev, step, 10))
				e, s, err := tapetest.Edges(dev, step)
				must(t, err)
				t.Logf("%d launches, %d edges, the loss of %d changes bits", len(step.Calls), e, s)
				edges, seen = edges+e, seen+s
				if way.fuse != nil && way.fuse.Exact {
					plain := newTrainer(t, cpu(t, 1), c, noiseSet(t, 5*c.BatchSize*c.Stack, c))
					run(t, plain, model.RunOptions{Steps: 3})
					equal(t, stateOf(t, trainer), stateOf(t, plain))
				}
			})
		}
		if 100*seen < way.seen*edges {
			t.Errorf("%s: the loss of %d of %d edges changes bits, want at least %d %%", way.name, seen, edges, way.seen)
		}
	}
}

// first fuses the first step recorded on dev, which is the training step.
func first(dev *tape.Recorder, o fuse.Options) func(tape.Step) (tape.Step, error) {
	o.Device = dev.Device
	return func(s tape.Step) (tape.Step, error) {
		if len(dev.Steps) > 0 {
			return s, nil
		}
		return fuse.Step(s, o)
	}
}

// firstTile chooses the smallest tile for each product.
func firstTile(tape.Product) (dense.Tile, bool) { return dense.Tiles()[0], true }

// wholeTiles makes the sizes of a config multiples of 4, which tiles want.
func wholeTiles(c *model.Config) {
	c.Height, c.Width, c.NoiseDim, c.BatchSize = 8, 8, 12, max(c.BatchSize, 8)
	if c.Arch == model.Layers { // their steps are the longest
		c.BatchSize = 4
	}
	for _, widths := range []*[]int{&c.GenHidden, &c.DisHidden} {
		*widths = slices.Clone(*widths)
		for i, w := range *widths {
			(*widths)[i] = (w + 3) / 4 * 4
		}
	}
}
