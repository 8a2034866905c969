package evaluate

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"gorgan/kernels"
	"gorgan/model/streams"
)

const (
	// projections is the number of directions, as in the program of Karras et al.
	projections = 512
	// wassersteinScale makes the figure readable. Karras et al. have the same.
	wassersteinScale = 1000
)

// measureSlicedWasserstein computes the sliced Wasserstein distance of Rabin et al., "Wasserstein
// barycenter and its application to texture mixing" (2011), between the pixels of s and of the test
// images. The images are projected on 512 random directions. On each, the distance is the
// 1-Wasserstein distance of the projections: the mean of |x-y| over pairs of the same rank, if there
// are as many fake as real images. The figure is the mean over the directions times 1000, and its
// spread the standard error. If all pixels are brighter by b, the figure is about 800·b.
//
// Karras et al., "Progressive growing of GANs for improved quality, stability, and variation" (2018),
// project patches of a Laplacian pyramid instead. Their figures are other ones.
func measureSlicedWasserstein(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	fake, err := e.projections(ctx, s)
	if err != nil {
		return nil, err
	}
	real, err := e.projections(ctx, e.test)
	if err != nil {
		return nil, err
	}
	apart := make([]float64, len(fake))
	for k := range apart {
		apart[k] = wassersteinScale * wasserstein(fake[k], real[k])
	}
	mean, variance := stat.PopMeanVariance(apart, nil)
	return []Figure{{Name: "sliced_wasserstein", Better: Lower, Value: mean, Spread: math.Sqrt(variance / projections),
		Over: "directions, standard error", Against: e.test.split, Note: "times 1000"}}, nil
}

// projections returns the projections of s on the directions that the evaluator's seed draws.
func (e *Evaluator) projections(ctx context.Context, s *imageSet) ([][]float32, error) {
	if s.projections != nil {
		return s.projections, nil
	}
	on := directions{projections, s.images.width(), kernels.Key(e.options.Seed)}
	var err error
	s.projections, err = e.distances.project(ctx, s.images, on)
	return s.projections, err
}

// project returns for each direction the projections of all images on it, in ascending order.
func (d *distances) project(ctx context.Context, images, directions rows) ([][]float32, error) {
	all := make([][]float32, directions.Len())
	for k := range all {
		all[k] = make([]float32, images.Len())
	}
	err := d.products(ctx, directions, images, func(k, i int, products []float32) { copy(all[k][i:], products) })
	if err != nil {
		return nil, err
	}
	return all, parallel(len(all), func(k int) error {
		slices.Sort(all[k])
		return nil
	})
}

// directions are random rows of length 1, uniform on the sphere.
type directions struct {
	n, dim int
	key    [2]uint32
}

func (d directions) Len() int   { return d.n }
func (d directions) width() int { return d.dim }
func (d directions) row(dst []float32, k int) error {
	kernels.Normal(dst, 1, d.key, streams.Projections+kernels.Stream(k))
	var square float64
	for _, v := range dst {
		square += float64(v) * float64(v)
	}
	length := math.Sqrt(square)
	for i, v := range dst {
		dst[i] = float32(float64(v) / length)
	}
	return nil
}

// wasserstein returns the 1-Wasserstein distance of two sets of numbers in ascending order: the
// integral of the difference of their quantile functions. They need not have as many numbers.
func wasserstein(a, b []float32) float64 {
	// The places where a quantile function jumps are multiples of 1/len(a) and of 1/len(b). Both
	// are whole numbers of steps of 1/(len(a)·len(b)).
	var sum float64
	for at, i, j := 0, 0, 0; i < len(a); {
		nextA, nextB := (i+1)*len(b), (j+1)*len(a)
		next := min(nextA, nextB)
		sum += float64(next-at) * math.Abs(float64(a[i])-float64(b[j]))
		if at = next; next == nextA {
			i++
		}
		if next == nextB {
			j++
		}
	}
	return sum / (float64(len(a)) * float64(len(b)))
}
