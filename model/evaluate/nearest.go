package evaluate

import (
	"context"
	"fmt"
	"slices"

	"gorgan/kernels"
)

// Nearest returns the training image nearest to each of the images (n, H, W, channels) in [0,1], which
// it does not keep. The memory that it allocates on dev is free only after dev is closed. It returns
// an error if train has fewer than two images, if images are of another shape or have a value out of
// range, if an image cannot be read, or if the device fails. If ctx ends, it returns ctx's error.
func Nearest(ctx context.Context, dev kernels.Device, train Split, images Samples) ([]Neighbour, error) {
	if err := train.check(); err != nil {
		return nil, err
	}
	m, err := images.matrix(train.Set.Shape())
	if err != nil {
		return nil, err
	}
	e := &Evaluator{reference: Reference{Train: train}, distances: distances{dev: dev}}
	return e.nearestTraining(ctx, &imageSet{images: m, name: images.Source})
}

// Values returns the values (n, H, W, channels) in [0,1] of n images of the split, evenly spread over
// it, and their numbers in it. Of fewer images it returns all. Both slices are new. It returns an error
// if an image cannot be read.
func (s Split) Values(n int) (values []float32, images []int, err error) {
	n = min(n, s.Len())
	width := s.width()
	values = make([]float32, n*width)
	for k := range n {
		i := k * s.Len() / n
		images = append(images, i)
		if err := s.row(values[k*width:][:width], i); err != nil {
			return nil, nil, fmt.Errorf("evaluate: %v: %w", s, err)
		}
	}
	return values, slices.Clip(images), nil
}

// Median returns the median of the neighbours' distances.
func Median(near []Neighbour) float64 { return quantile(0.5, firsts(near)) }
