package evaluate

import "context"

// The radius of an image's ball is the distance of this neighbour: the default of Kynkäänniemi's
// program, and the number in Naeem's example.
const (
	precisionNeighbour = 3
	densityNeighbour   = 5
)

// measureCoverage measures with balls in the space of features. The ball of an image reaches to
// its kth nearest neighbour in the same set. There are balls of test images and of s's images:
//
//	precision  share of s's images that are in a ball of a test image, k = 3
//	recall     share of the test images that are in a ball of an image of s, k = 3
//	density    mean number of test images' balls that an image of s is in, divided by k = 5
//	coverage   share of the test images that have an image of s in their ball, k = 5
//
// The first two are by Kynkäänniemi et al., "Improved precision and recall metric for
// assessing generative models" (2019), the others by Naeem et al., "Reliable fidelity and
// diversity metrics for generative models" (2020). A ball is open, without its edge, as in
// Naeem's program prdc. In Kynkäänniemi's program it is closed. Real images do not score 1: see
// the floor.
func measureCoverage(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	for _, r := range []*imageSet{s, e.test} {
		if err := r.atLeast(densityNeighbour+1, "precision and recall"); err != nil {
			return nil, err
		}
	}
	fake, err := e.manifold(ctx, s)
	if err != nil {
		return nil, err
	}
	real, err := e.manifold(ctx, e.test)
	if err != nil {
		return nil, err
	}
	c, err := e.distances.coverage(ctx, real, fake, precisionNeighbour, densityNeighbour)
	if err != nil {
		return nil, err
	}
	figure := func(name string, value float64) Figure {
		return Figure{Name: name, Better: Higher, Value: value, Against: e.test.split}
	}
	return []Figure{
		figure("precision", c.precision), figure("recall", c.recall), figure("density", c.density), figure("coverage", c.coverage),
	}, nil
}

// manifold is features, and the nearest neighbours of each in the same set.
type manifold struct {
	features matrix
	others   neighbours
}

type coverage struct{ precision, recall, density, coverage float64 }

// coverage compares fake with real features. Precision and recall have balls up to neighbour
// kPrecision, density and coverage up to neighbour kDensity.
func (d *distances) coverage(ctx context.Context, real, fake manifold, kPrecision, kDensity int) (coverage, error) {
	realRadii, fakeRadii := real.others.radii(kPrecision), fake.others.radii(kPrecision)
	densityRadii := real.others.radii(kDensity)
	nReal, nFake := real.features.Len(), fake.features.Len()

	precise, balls := make([]bool, nFake), make([]int, nFake)
	err := d.walk(ctx, fake.features, real.features, func(i, j int, squared []float32) {
		r, in, n := realRadii[j:][:len(squared)], precise[i], balls[i]
		for k, s := range squared {
			in = in || s < r[k]
		}
		for k, radius := range densityRadii[j:][:len(squared)] {
			if squared[k] < radius {
				n++
			}
		}
		precise[i], balls[i] = in, n
	})
	if err != nil {
		return coverage{}, err
	}
	recalled, covered := make([]bool, nReal), make([]bool, nReal)
	err = d.walk(ctx, real.features, fake.features, func(i, j int, squared []float32) {
		r, in, own, near := fakeRadii[j:][:len(squared)], recalled[i], densityRadii[i], covered[i]
		for k, s := range squared {
			in = in || s < r[k]
			near = near || s < own
		}
		recalled[i], covered[i] = in, near
	})
	if err != nil {
		return coverage{}, err
	}
	total := 0
	for _, n := range balls {
		total += n
	}
	return coverage{
		share(precise), share(recalled), float64(total) / float64(kDensity*nFake), share(covered),
	}, nil
}

// share returns the part of the values that is true.
func share(of []bool) float64 {
	n := 0
	for _, b := range of {
		if b {
			n++
		}
	}
	return float64(n) / float64(len(of))
}
