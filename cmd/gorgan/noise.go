package main

import (
	"fmt"
	"math"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/array"
	"gorgan/model"
)

// noiseScaleFlag returns the flag for commands that sample from a trained model.
func noiseScaleFlag() cli.Flag {
	return &cli.Float64Flag{Name: "noise-scale", Usage: noiseScaleUsage, DefaultText: "the model's, 1 unless it was trained with another"}
}

// noiseScale is the value of noiseScaleFlag.
type noiseScale struct {
	value float64
	given bool // if false, the model keeps its own scale
}

func readNoiseScale(c *cli.Context) noiseScale {
	return noiseScale{c.Float64("noise-scale"), c.IsSet("noise-scale")}
}

// apply sets config's noise scale if --noise-scale was given.
func (s noiseScale) apply(config *model.Config) error {
	if !s.given {
		return nil
	}
	config.NoiseScale = s.value
	if err := config.ValidateNamed(flagNamed); err != nil {
		return usageError{err}
	}
	return nil
}

// readNoise reads a .npy array (N, dim) of numbers.
func readNoise(path string, dim int) ([]float32, error) {
	m, err := array.ReadNpy(path)
	if err != nil {
		return nil, err
	}
	if m.Cols != dim {
		return nil, fmt.Errorf("%s: an array of %d rows of %d values, want (N,%d)", path, m.Rows, m.Cols, dim)
	}
	for i, v := range m.Values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%s: row %d has %v in column %d, want finite numbers as float32 holds them; rows and columns count from 0", path, i/dim, v, i%dim)
		}
	}
	return m.Values, nil
}
