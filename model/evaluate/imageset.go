package evaluate

import (
	"context"
	"fmt"

	"gorgan/kernels"
)

// imageSet is a set of fake or real images under evaluation. It keeps what several metrics need
// to know of them, which is computed when it is first needed.
type imageSet struct {
	images rows
	name   string // for errors
	split  string // of the reference, if the images are from there

	labels []int // of the images, -1 for none; nil if no image has one
	codes  []int // the classes of their categorical code; those of real images are their labels

	outputs     *outputs
	moments     *moments
	manifold    *manifold
	kernelSums  []float64   // of each with the others
	projections [][]float32 // for each direction those of all images, in ascending order
	training    []Neighbour // nearest training image of each
	apart       []float64   // distance of each to its nearest other
}

// tooFew is the error of a metric that wants more images. Run leaves such a metric out unless it was
// asked for.
type tooFew struct {
	metric, images string
	have, want     int
}

func (e tooFew) Error() string { return "evaluate: " + e.reason() }

func (e tooFew) reason() string {
	return fmt.Sprintf("%s: %s (%s), want %d or more", e.metric, plural(e.have, "image"), e.images, e.want)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// atLeast returns a tooFew unless s has so many images.
func (s *imageSet) atLeast(want int, metric string) error {
	if have := s.images.Len(); have < want {
		return tooFew{metric, s.name, have, want}
	}
	return nil
}

// outputs are the features and the logits that the classifier computes from images, one row each.
type outputs struct{ features, logits matrix }

func (e *Evaluator) outputs(ctx context.Context, s *imageSet) (*outputs, error) {
	if s.outputs != nil {
		return s.outputs, nil
	}
	n := s.images.Len()
	out := &outputs{newMatrix(n, e.classifier.Features()), newMatrix(n, len(e.classifier.Labels))}
	err := e.net.each(ctx, s.images, e.distances.progress, func(first, count int) error {
		if err := e.net.take(out.features.values[first*out.features.cols:], e.net.features, count); err != nil {
			return err
		}
		return e.net.take(out.logits.values[first*out.logits.cols:], e.net.logits, count)
	})
	if err != nil {
		return nil, err
	}
	s.outputs = out
	return out, nil
}

func (e *Evaluator) logits(ctx context.Context, s *imageSet) (matrix, error) {
	out, err := e.outputs(ctx, s)
	if err != nil {
		return matrix{}, err
	}
	return out.logits, nil
}

func (e *Evaluator) moments(ctx context.Context, s *imageSet) (moments, error) {
	if s.moments == nil {
		out, err := e.outputs(ctx, s)
		if err != nil {
			return moments{}, err
		}
		m := momentsOf(out.features)
		s.moments = &m
	}
	return *s.moments, nil
}

func (e *Evaluator) manifold(ctx context.Context, s *imageSet) (manifold, error) {
	if s.manifold == nil {
		out, err := e.outputs(ctx, s)
		if err != nil {
			return manifold{}, err
		}
		others, err := e.distances.nearestOther(ctx, out.features, max(precisionNeighbour, densityNeighbour))
		if err != nil {
			return manifold{}, err
		}
		s.manifold = &manifold{out.features, others}
	}
	return *s.manifold, nil
}

// floor returns n training images, or all if there are fewer. The evaluator's seed chooses them.
func (e *Evaluator) floor(n int) *imageSet {
	train := e.reference.Train
	n = min(n, train.Len())
	if s := e.floors[n]; s != nil {
		return s
	}
	picked := chosen{train, make([]int, n)}
	for i := range picked.index {
		picked.index[i] = int(kernels.Image(uint64(i), uint32(train.Len()), kernels.Key(e.options.Seed)))
	}
	s := &imageSet{images: picked, name: picked.String(), split: train.Name}
	e.floors[n] = s
	return s
}
