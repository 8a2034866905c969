package main

import (
	"context"
	"fmt"

	"gorgan/cuda"
	"gorgan/dataset"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
)

// How many images a model draws to be evaluated, unless it is told: the field's custom,
// and of stacked images that of their protocol, which evaluate.Evaluator.RunStacked names.
const (
	evaluatedImages = 10000
	evaluatedStacks = 26000
)

// evaluatedCount is how many suit images of so many channels.
func evaluatedCount(stack int) int {
	if stack > 1 {
		return evaluatedStacks
	}
	return evaluatedImages
}

// samples are images to be evaluated, from a file or a model.
type samples struct {
	draw   func(ctx context.Context, nth uint64) (evaluate.Samples, error) // gives those of the nth evaluation
	source string
	values int          // of an image
	file   string       // of the model's checkpoint
	model  *model.State // nil for a file of images
	stack  int          // channels of an image, 0 where that is for its values to tell
}

// openSamples opens those of a .npy file.
func openSamples(path string) (*samples, error) {
	values, _, cols, err := readNpyFile(path)
	if err != nil {
		return nil, err
	}
	return &samples{source: path, values: cols, draw: func(context.Context, uint64) (evaluate.Samples, error) {
		return evaluate.Samples{Source: path, Values: values}, nil
	}}, nil
}

// drawSamples opens those of a model, which draws the next count at each evaluation, 0 for as
// many as suit its images.
func drawSamples(dev cuda.Device, path string, scale noiseScale, count int) (*samples, error) {
	path, state, err := loadModel(path)
	if err != nil {
		return nil, err
	}
	if err := scale.apply(&state.Config); err != nil {
		return nil, err
	}
	if count == 0 {
		count = evaluatedCount(state.Config.Stack)
	}
	if err := checkDrawingMemory(dev, state.Config, int64(count)*int64(state.Config.Pixels())*4); err != nil {
		return nil, err
	}
	gen, err := model.NewGenerator(dev, state, false)
	if err != nil {
		return nil, err
	}
	s := &samples{file: path, model: state, source: fmt.Sprintf("%s, step %d", path, state.Step), values: state.Config.Pixels(), stack: state.Config.Stack}
	s.draw = func(ctx context.Context, nth uint64) (evaluate.Samples, error) {
		seeds := picture.SeedsFrom(nth*uint64(count), count)
		images, err := picture.Of(state.Config, seeds, gen.Draw).Values(ctx, func() {})
		return evaluate.Samples{Source: s.source, Seed: seeds[0], Values: images}, err
	}
	return s, nil
}

// stacked tells whether an image is three of so many pixels, stacked, and not one.
func (s *samples) stacked(pixels int) (bool, error) {
	stack := s.stack
	if stack == 0 && s.values == dataset.RGB*pixels {
		stack = dataset.RGB
	}
	if s.values != max(stack, 1)*pixels {
		return false, fmt.Errorf("%s: images of %d values, want %d, as the data have pixels, or stacked %d times as many",
			s.source, s.values, pixels, dataset.RGB)
	}
	return stack > 1, nil
}

// report measures the samples of one or more evaluations, and then gives their spread.
func (s *samples) report(ctx context.Context, repeat int, measure func(evaluate.Samples) (*evaluate.Report, error)) (*evaluate.Report, error) {
	var reports []*evaluate.Report
	for nth := range repeat {
		drawn, err := s.draw(ctx, uint64(nth))
		if err != nil {
			return nil, err
		}
		r, err := measure(drawn)
		if err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	if repeat == 1 {
		return reports[0], nil
	}
	return evaluate.Spread(reports)
}
