package evaluate

import (
	"context"
	"crypto/sha256"
	"fmt"
)

// measureDuplicates counts images that occur more than once. An image is a near duplicate if the
// nearest other image of s is as close as in the closest 1 % of as many training images. It is a
// duplicate if it has the pixels of an earlier image, rounded to 8 bits.
func measureDuplicates(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	if err := s.atLeast(2, "duplicates"); err != nil {
		return nil, err
	}
	apart, err := e.apart(ctx, s)
	if err != nil {
		return nil, err
	}
	floor := e.floor(s.images.Len())
	real, err := e.apart(ctx, floor)
	if err != nil {
		return nil, err
	}
	limit := quantile(closest, real)
	near, same := 0, 0
	seen := make(map[[sha256.Size]byte]bool, len(apart))
	for i, distance := range apart {
		if distance <= limit {
			near++
		}
		p, err := eightBit(s.images, i)
		if err != nil {
			return nil, err
		}
		hash := sha256.Sum256(p)
		if seen[hash] {
			same++
		}
		seen[hash] = true
	}
	return []Figure{
		{Name: "near_duplicates", Unit: "share", Better: Lower, Value: float64(near) / float64(len(apart)),
			Note: fmt.Sprintf("distance at most %.4g", limit)},
		{Name: "duplicates", Unit: "images", Better: Lower, Value: float64(same)},
	}, nil
}

// apart returns the distance of each image of s to the nearest other image of s.
func (e *Evaluator) apart(ctx context.Context, s *imageSet) ([]float64, error) {
	if s.apart != nil {
		return s.apart, nil
	}
	found, err := e.distances.nearestOther(ctx, s.images, 1)
	if err != nil {
		return nil, err
	}
	apart := make([]float64, s.images.Len())
	err = parallel(len(apart), func(i int) error {
		var err error
		apart[i], err = between(s.images, i, s.images, int(found.index[i]))
		return err
	})
	if err != nil {
		return nil, err
	}
	s.apart = apart
	return apart, nil
}
