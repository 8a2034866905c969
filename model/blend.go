package model

import (
	"fmt"
	"math"

	"gorgan/model/graph"
	"gorgan/model/nn"
)

// Blend returns images (n, Config.Values()) in [0,1] of mixed classes, from noise (n,
// Config.InputDim()) and mix (n, Config.Classes). A row of mix takes the place of a label's one-hot
// vector; with one 1 and zeros in it, Blend makes the image that Sample makes of the label. The
// slice is new. Blend returns an error if the model has no classes, if noise or mix do not fit it,
// or if the device fails.
func (g *Generator) Blend(noise, mix []float32) ([]float32, error) {
	dim, classes := g.Config.InputDim(), g.Config.Classes
	if classes == 0 {
		return nil, fmt.Errorf("model: classes to mix, want none: the generator was trained without classes")
	}
	if len(noise)%dim != 0 || len(mix) != len(noise)/dim*classes {
		return nil, fmt.Errorf("model: noise of %d values and a mix of %d, want a multiple of the noise dim, %d, and %d for each image", len(noise), len(mix), dim, classes)
	}
	for i, v := range mix {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("model: mix of classes: value %d is %v, want finite numbers", i, v)
		}
	}
	if g.blender == nil {
		b, err := newBlender(g.sampler)
		if err != nil {
			return nil, err
		}
		g.blender = b
	}
	s, rows := g.blender, make([]float32, g.blender.rows*classes)
	return s.run(noise, func(first int) error {
		copy(rows, mix[first*classes:])
		return s.dev.Upload(s.mix, rows)
	})
}

// newBlender returns a sampler of the net of s for mixed classes.
func newBlender(s *sampler) (*sampler, error) {
	al := &allocator{dev: s.dev}
	b := &sampler{dev: s.dev, net: s.net, classes: s.classes, rows: s.rows, noise: s.noise, mix: al.floats(s.rows, s.classes)}
	if al.err != nil {
		return nil, al.err
	}
	return b, b.compile(func(g *graph.Builder) *nn.Pass { return &nn.Pass{Builder: g, OneHot: g.Leaf("mix", b.mix)} })
}
