package model_test

import (
	"slices"
	"testing"

	processor "gorgan/kernels/cpu"
	"gorgan/model"
)

// TestPromptGenerator: on each level of the CPU, images that are asked for one by one have the bits of those made in
// large batches, and so have images of mixed classes.
func TestPromptGenerator(t *testing.T) {
	s := trained(t, large, func(c *model.Config) { c.Classes = 4 })
	for _, level := range processor.Levels() {
		t.Run(level, func(t *testing.T) {
			t.Setenv(processor.LevelVar, level)
			g, err := model.NewGenerator(cpu(t, 2), s, false)
			must(t, err)
			prompt, err := model.NewPromptGenerator(cpu(t, 1), s, false)
			must(t, err)
			var seeds []uint64
			for seed := range uint64(21) {
				seeds = append(seeds, seed)
			}
			noise, labels := s.Config.Noise(seeds), s.Config.Labels(seeds)
			mix := make([]float32, len(seeds)*4)
			for i := range seeds {
				mix[4*i], mix[4*i+i%3+1] = .25, .75
			}
			all, err := g.Sample(noise, labels)
			must(t, err)
			mixed, err := g.Blend(noise, mix)
			must(t, err)
			for _, n := range []int{1, 2, 8, 21} {
				got, err := prompt.Sample(noise[:n*s.Config.NoiseDim], labels[:n])
				must(t, err)
				if !slices.Equal(got, all[:n*s.Config.Values()]) {
					t.Errorf("%d images differ", n)
				}
				got, err = prompt.Blend(noise[:n*s.Config.NoiseDim], mix[:4*n])
				must(t, err)
				if !slices.Equal(got, mixed[:n*s.Config.Values()]) {
					t.Errorf("%d images of mixed classes differ", n)
				}
			}
		})
	}
}
