package evaluate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// rowsPerFeature is the smallest number of images for each feature. With fewer images the
// covariances are almost singular, and the distance is mostly bias.
const rowsPerFeature = 5

// moments are the mean and the covariance of features, in float64.
type moments struct {
	mean       []float64
	covariance *mat.SymDense // divided by n-1, as in numpy.cov
}

func momentsOf(features matrix) moments {
	n, dim := features.Len(), features.cols
	x := mat.NewDense(n, dim, nil)
	sum := make([]float64, dim)
	for i := range n {
		for j, v := range features.at(i) {
			x.Set(i, j, float64(v))
			sum[j] += float64(v)
		}
	}
	m := moments{mean: sum, covariance: mat.NewSymDense(dim, nil)}
	for j := range m.mean {
		m.mean[j] /= float64(n)
	}
	stat.CovarianceMatrix(m.covariance, x, nil)
	return m
}

// measureFrechet computes the Fréchet distance of Heusel et al., "GANs trained by a two
// time-scale update rule converge to a local Nash equilibrium" (2017), equation 6. It is the
// distance between normal distributions that are fitted to the features of s and of the test
// images. It is squared, as is usual.
func measureFrechet(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	for _, r := range []*imageSet{s, e.test} {
		if err := r.atLeast(e.classifier.Recipe.FrechetImages(), "Fréchet distance"); err != nil {
			return nil, err
		}
	}
	of, err := e.moments(ctx, s)
	if err != nil {
		return nil, err
	}
	real, err := e.moments(ctx, e.test)
	if err != nil {
		return nil, err
	}
	distance, err := frechetDistance(of, real)
	if err != nil {
		return nil, fmt.Errorf("evaluate: Fréchet distance of %s: %w", s.name, err)
	}
	return []Figure{{Name: "frechet_distance", Better: Lower, Value: distance, Against: e.test.split}}, nil
}

// frechetDistance returns |a-b|² + tr(A + B - 2·(√A·B·√A)^½) for means a, b and covariances A, B.
// The trace of the last term is the sum of the roots of the eigenvalues of a symmetric matrix. So
// rounding cannot make it complex, as it can with the root of A·B.
func frechetDistance(a, b moments) (float64, error) {
	var distance float64
	for j := range a.mean {
		distance += (a.mean[j] - b.mean[j]) * (a.mean[j] - b.mean[j])
	}
	rootA, err := squareRoot(a.covariance)
	if err != nil {
		return 0, err
	}
	var half, product mat.Dense
	half.Mul(rootA, b.covariance)
	product.Mul(&half, rootA)
	dim := len(a.mean)
	symmetric := mat.NewSymDense(dim, nil)
	for i := range dim {
		for j := i; j < dim; j++ {
			symmetric.SetSym(i, j, (product.At(i, j)+product.At(j, i))/2)
		}
	}
	values, _, err := eigenOf(symmetric, false)
	if err != nil {
		return 0, err
	}
	var trace float64
	for _, v := range values {
		trace += math.Sqrt(max(v, 0))
	}
	variances := mat.Trace(a.covariance) + mat.Trace(b.covariance)
	distance += variances - 2*trace
	// By rounding, a distance of 0 can be a little below 0. Far below 0 is an error.
	if math.IsNaN(distance) || distance < -1e-6*variances {
		return 0, fmt.Errorf("computed as %g, of variances that add up to %g: want 0 or more", distance, variances)
	}
	return max(distance, 0), nil
}

var errNoEigenvalues = errors.New("no eigenvalues found for the covariance")

// squareRoot returns the symmetric root of a covariance. Eigenvalues that are negative by rounding
// count as 0.
func squareRoot(c *mat.SymDense) (*mat.Dense, error) {
	values, vectors, err := eigenOf(c, true)
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		values[i] = math.Sqrt(max(v, 0))
	}
	var scaled, root mat.Dense
	scaled.Mul(vectors, mat.NewDiagDense(len(values), values))
	root.Mul(&scaled, vectors.T())
	return &root, nil
}

// eigenOf returns the eigenvalues of a covariance c and, if vectors is true, its eigenvectors as
// columns.
//
// A covariance of low rank has blocks that are almost 0. Two routines of gonum v0.17.0 fail on
// them: dsterf panics, and dsteqr scales other blocks by 1e122. So eigenOf adds the largest
// variance to the diagonal, which leaves no such block, and subtracts it from the eigenvalues.
func eigenOf(c *mat.SymDense, vectors bool) ([]float64, *mat.Dense, error) {
	n := c.SymmetricDim()
	shift := 0.0
	for i := range n {
		for j := i; j < n; j++ {
			if v := c.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, errNoEigenvalues
			}
		}
		shift = max(shift, math.Abs(c.At(i, i)))
	}
	if shift == 0 {
		shift = 1 // nothing varies
	}
	shifted := mat.NewSymDense(n, nil)
	shifted.CopySym(c)
	for i := range n {
		shifted.SetSym(i, i, c.At(i, i)+shift)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(shifted, vectors) {
		return nil, nil, errNoEigenvalues
	}
	values := eigen.Values(nil)
	for i := range values {
		values[i] -= shift
	}
	if !vectors {
		return values, nil, nil
	}
	var of mat.Dense
	eigen.VectorsTo(&of)
	return values, &of, nil
}
