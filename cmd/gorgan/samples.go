package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"gorgan/model"
	"gorgan/model/evaluate"
)

// sampleSource returns what gives the samples of the nth evaluation: those of a .npy
// file, or the next --count that a model draws.
func sampleSource(c *cli.Context, open func(*model.State) (*model.Generator, error)) (func(nth uint64) (evaluate.Samples, error), error) {
	if path := c.String("samples"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		values, _, _, err := readNpy(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return func(uint64) (evaluate.Samples, error) { return evaluate.Samples{Source: path, Values: values}, nil }, nil
	}
	path, state, err := loadModel(c.String("model"))
	if err != nil {
		return nil, err
	}
	gen, err := open(state)
	if err != nil {
		return nil, err
	}
	count := uint64(c.Int("count"))
	return func(nth uint64) (evaluate.Samples, error) {
		seeds := make([]uint64, count)
		for i := range seeds {
			seeds[i] = nth*count + uint64(i)
		}
		images, err := gen.Draw(model.Noise(seeds, state.Config.NoiseDim), state.Config.Labels(seeds))
		return evaluate.Samples{Source: fmt.Sprintf("%s, step %d", path, state.Step), Seed: nth * count, Values: images}, err
	}, nil
}
