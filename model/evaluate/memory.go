package evaluate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

const (
	// closest is the quantile of real distances below which an image counts as close. So real
	// images score about 1 %.
	closest = 0.01
	// memorised is the largest quotient of the distances of the nearest and the second nearest
	// training image, for an image that counts as memorised.
	memorised = 1.0 / 3
)

// Neighbour is the training image nearest to a sample.
type Neighbour struct {
	Image    int     // its place in the training split
	Distance float64 // Euclidean distance, of pixels in [0,1]
	second   float64 // distance of the second nearest training image
}

// measureMemory compares each image of s with its nearest training images. An image is
//
//   - close to training, if its distance is one of the closest 1 % of the test images;
//   - memorised, if the nearest training image is less than a third as far as the second nearest:
//     Yoon et al., "Diffusion probabilistic models generalize when they fail to memorize" (2023);
//   - a copy, if it has the pixels of its nearest training image, rounded to 8 bits.
func measureMemory(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	near, err := e.nearestTraining(ctx, s)
	if err != nil {
		return nil, err
	}
	real, err := e.nearestTraining(ctx, e.test)
	if err != nil {
		return nil, err
	}
	limit := quantile(closest, firsts(real))
	distances := firsts(near)
	closeBy, known, copies := 0, 0, 0
	for i, n := range near {
		if n.Distance <= limit {
			closeBy++
		}
		if n.Distance < memorised*n.second {
			known++
		}
		same, err := samePixels(s.images, i, e.reference.Train, n.Image)
		if err != nil {
			return nil, err
		}
		if same {
			copies++
		}
	}
	against := e.reference.Train.Name
	return []Figure{
		{Name: "nearest_distance", Value: quantile(0.5, distances), Against: against, Note: "median"},
		{Name: "close_to_training", Unit: "share", Better: Lower, Value: float64(closeBy) / float64(len(near)),
			Against: against, Note: fmt.Sprintf("distance at most %.4g", limit)},
		{Name: "memorised", Unit: "images", Better: Lower, Value: float64(known), Against: against},
		{Name: "training_copies", Unit: "images", Better: Lower, Value: float64(copies), Against: against},
	}, nil
}

// nearestTraining returns the nearest training image of each image of s.
func (e *Evaluator) nearestTraining(ctx context.Context, s *imageSet) ([]Neighbour, error) {
	if s.training != nil {
		return s.training, nil
	}
	train := imageSet{images: e.reference.Train, name: e.reference.Train.String()}
	if err := train.atLeast(2, "memory"); err != nil {
		return nil, err
	}
	found, err := e.distances.nearest(ctx, s.images, e.reference.Train, 2)
	if err != nil {
		return nil, err
	}
	near := make([]Neighbour, s.images.Len())
	err = parallel(len(near), func(i int) error {
		first, second := int(found.index[2*i]), int(found.index[2*i+1])
		n := Neighbour{Image: first}
		var err error
		if n.Distance, err = between(s.images, i, e.reference.Train, first); err != nil {
			return err
		}
		n.second, err = between(s.images, i, e.reference.Train, second)
		near[i] = n
		return err
	})
	if err != nil {
		return nil, err
	}
	s.training = near
	return near, nil
}

// between returns the Euclidean distance of two rows. It subtracts first, so that it is exact to
// rounding.
func between(a rows, i int, b rows, j int) (float64, error) {
	x, y := make([]float32, a.width()), make([]float32, a.width())
	if err := a.row(x, i); err != nil {
		return 0, err
	}
	if err := b.row(y, j); err != nil {
		return 0, err
	}
	var sum float64
	for k, v := range x {
		d := float64(v) - float64(y[k])
		sum += d * d
	}
	return math.Sqrt(sum), nil
}

// samePixels reports whether two images are the same, rounded to 8 bits.
func samePixels(a rows, i int, b rows, j int) (bool, error) {
	x, err := eightBit(a, i)
	if err != nil {
		return false, err
	}
	y, err := eightBit(b, j)
	return slices.Equal(x, y), err
}

// eightBit rounds an image to bytes.
func eightBit(r rows, i int) ([]byte, error) {
	x := make([]float32, r.width())
	p := make([]byte, len(x))
	err := r.row(x, i)
	for k, v := range x {
		p[k] = byte(255*v + 0.5)
	}
	return p, err
}

func firsts(near []Neighbour) []float64 {
	d := make([]float64, len(near))
	for i, n := range near {
		d[i] = n.Distance
	}
	return d
}

// quantile returns the smallest value that a share p of the values does not exceed.
func quantile(p float64, values []float64) float64 {
	return stat.Quantile(p, stat.Empirical, slices.Sorted(slices.Values(values)), nil)
}
