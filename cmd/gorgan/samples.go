package main

import (
	"context"
	"fmt"
	"slices"

	"gorgan/dataset/array"
	"gorgan/dataset/raster"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
)

// The default numbers of images for an evaluation. The first is usual in the field. The second
// is for stacked images, and comes from their protocol (see evaluate.Evaluator.RunStacked).
const (
	evaluatedImages = 10000
	evaluatedStacks = 26000
)

// evaluatedCount returns how many images to evaluate if no flag says so. stack is the number of
// channels of an image.
func evaluatedCount(stack int) int {
	if stack > 1 {
		return evaluatedStacks
	}
	return evaluatedImages
}

// samples are images to evaluate, from a file or a model.
type samples struct {
	draw   func(ctx context.Context, nth uint64) (evaluate.Samples, error) // gives those of the nth evaluation
	source string
	values int          // of an image
	sides  []int        // of an image in a file, those of 1 left out; one alone is for rows of values
	file   string       // of the model's checkpoint
	model  *model.State // nil for a file of images
	stack  int          // channels of an image, 0 where that is for its values to tell
	notes  []string     // a sentence for what was interpreted in the file
}

// openSamples opens the images of a .npy file.
func openSamples(path string) (*samples, error) {
	m, err := array.ReadNpy(path)
	if err != nil {
		return nil, err
	}
	s := &samples{source: path, values: m.Cols, sides: sides(m.Dims[1:]), notes: m.Notes}
	if m.Type == "uint8" {
		for i := range m.Values {
			m.Values[i] /= 255
		}
		s.notes = append(s.notes, "values from 0 to 255 are taken as 0 to 1")
	}
	s.draw = func(context.Context, uint64) (evaluate.Samples, error) {
		return evaluate.Samples{Source: path, Values: m.Values}, nil
	}
	return s, nil
}

// drawSamples opens the images of a model. The model makes the next count images for each
// evaluation; 0 stands for evaluatedCount.
func drawSamples(dev device.Device, path string, scale noiseScale, count int) (*samples, error) {
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
	if err := checkDrawingMemory(dev, state.Config, int64(count)*int64(state.Config.Values())*4); err != nil {
		return nil, err
	}
	gen, err := model.NewGenerator(dev, state, false)
	if err != nil {
		return nil, err
	}
	s := &samples{file: path, model: state, source: fmt.Sprintf("%s, step %d", path, state.Step), values: state.Config.Values(), stack: state.Config.Stack}
	s.draw = func(ctx context.Context, nth uint64) (evaluate.Samples, error) {
		seeds := picture.SeedsFrom(nth*uint64(count), count)
		images, err := picture.Of(state.Config, seeds, gen.Sample).Values(ctx, func() {})
		drawn := evaluate.Samples{Source: s.source, Seed: seeds[0], Values: images, Codes: state.Config.Codes(seeds)}
		for _, label := range state.Config.Labels(seeds) {
			drawn.Labels = append(drawn.Labels, int(label))
		}
		return drawn, err
	}
	return s, nil
}

// stacked reports whether an image is three stacked images of a shape, and not one.
func (s *samples) stacked(shape raster.Shape) (bool, error) {
	stack, pixels := s.stack, shape.Values()
	if stack == 0 && s.values == raster.RGB*pixels {
		stack = raster.RGB
	}
	if s.values != max(stack, 1)*pixels {
		return false, fmt.Errorf("%s: images of %d values, want %d, as the data have pixels, or stacked %d times as many",
			s.source, s.values, pixels, raster.RGB)
	}
	if want := sides([]int{shape.Height, shape.Width, shape.Channels}); stack <= 1 && len(s.sides) > 1 && !slices.Equal(s.sides, want) {
		return false, fmt.Errorf("%s: images of axes %v, want %v, as the data have, or rows of %d values", s.source, s.sides, want, pixels)
	}
	return stack > 1, nil
}

// sides returns the lengths of axes without those of 1, which hold no order.
func sides(axes []int) []int {
	return slices.DeleteFunc(slices.Clone(axes), func(n int) bool { return n == 1 })
}

// report measures the samples of one or more evaluations. For several it returns their spread.
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
