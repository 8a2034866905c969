package evaluate

import (
	"context"

	"gorgan/kernels"
)

// subject is images under evaluation, generated or real, and what several metrics need
// to know of them, found out when it is first asked for.
type subject struct {
	images rows
	name   string // for errors
	split  string // of the reference, if the images are from there

	seen     *seen
	moments  *moments
	manifold *manifold
	training []Neighbour // nearest training image of each
	apart    []float64   // distance of each to its nearest other
}

// seen is what the classifier makes of images.
type seen struct{ features, logits matrix }

func (e *Evaluator) see(ctx context.Context, s *subject) (*seen, error) {
	if s.seen != nil {
		return s.seen, nil
	}
	n := s.images.Len()
	out := &seen{newMatrix(n, e.classifier.Features()), newMatrix(n, len(e.classifier.Labels))}
	err := e.net.each(ctx, s.images, e.distances.progress, func(first, count int) error {
		if err := e.net.take(out.features.values[first*out.features.cols:], e.net.features, count); err != nil {
			return err
		}
		return e.net.take(out.logits.values[first*out.logits.cols:], e.net.logits, count)
	})
	if err != nil {
		return nil, err
	}
	s.seen = out
	return out, nil
}

func (e *Evaluator) logits(ctx context.Context, s *subject) (matrix, error) {
	seen, err := e.see(ctx, s)
	if err != nil {
		return matrix{}, err
	}
	return seen.logits, nil
}

func (e *Evaluator) moments(ctx context.Context, s *subject) (moments, error) {
	if s.moments == nil {
		seen, err := e.see(ctx, s)
		if err != nil {
			return moments{}, err
		}
		m := momentsOf(seen.features)
		s.moments = &m
	}
	return *s.moments, nil
}

func (e *Evaluator) manifold(ctx context.Context, s *subject) (manifold, error) {
	if s.manifold == nil {
		seen, err := e.see(ctx, s)
		if err != nil {
			return manifold{}, err
		}
		others, err := e.distances.nearestOther(ctx, seen.features, max(precisionNeighbour, densityNeighbour))
		if err != nil {
			return manifold{}, err
		}
		s.manifold = &manifold{seen.features, others}
	}
	return *s.manifold, nil
}

// floor is n training images, or all if there are fewer, drawn by the evaluator's seed.
func (e *Evaluator) floor(n int) *subject {
	train := e.reference.Train
	n = min(n, train.Len())
	if s := e.floors[n]; s != nil {
		return s
	}
	drawn := chosen{train, make([]int, n)}
	for i := range drawn.index {
		drawn.index[i] = int(kernels.Image(uint64(i), uint32(train.Len()), kernels.Key(e.options.Seed)))
	}
	s := &subject{images: drawn, name: drawn.String(), split: train.Name}
	e.floors[n] = s
	return s
}
