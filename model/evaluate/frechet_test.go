package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestFrechetOfTinyBlocks: covariances of the same eigenvectors, with blocks of variances
// so small that gonum's routines fail on them, which were a panic or a distance of -1e60.
// Blocks ((p, q), (q, p)) have the eigenvalues p+q and p-q, and the distance is the sum of
// the squared differences of their roots.
func TestFrechetOfTinyBlocks(t *testing.T) {
	for _, tiny := range []float64{0, 1e-300, 1e-160, 1e-130, 1e-123, 1e-100} {
		for place := range 3 {
			t.Run(fmt.Sprintf("%g at %d", tiny, place), func(t *testing.T) {
				a := blocks(place, [2]float64{2, 1}, [2]float64{7, 3}, [2]float64{tiny, tiny / 2})
				b := blocks(place, [2]float64{3, 1}, [2]float64{5, 2}, [2]float64{tiny, tiny / 4})
				square := func(x float64) float64 { return x * x }
				want := square(math.Sqrt(3)-2) + square(1-math.Sqrt(2)) + square(math.Sqrt(10)-math.Sqrt(7)) + square(2-math.Sqrt(3))
				for name, pair := range map[string][2]moments{"a, b": {a, b}, "b, a": {b, a}} {
					got, err := frechetDistance(pair[0], pair[1])
					if err != nil || math.Abs(got-want) > 1e-6*want {
						t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
					}
				}
				if got, err := frechetDistance(a, a); err != nil || got < 0 || got > 1e-6 {
					t.Errorf("of itself: %v, %v, want 0", got, err)
				}
			})
		}
	}
}

// blocks are moments of mean 0 whose covariance has these blocks on its diagonal, the last
// of them at place.
func blocks(place int, of ...[2]float64) moments {
	last := of[len(of)-1]
	of = append(append(append([][2]float64{}, of[:place]...), last), of[place:len(of)-1]...)
	m := moments{make([]float64, 2*len(of)), mat.NewSymDense(2*len(of), nil)}
	for i, b := range of {
		m.covariance.SetSym(2*i, 2*i, b[0])
		m.covariance.SetSym(2*i+1, 2*i+1, b[0])
		m.covariance.SetSym(2*i, 2*i+1, b[1])
	}
	return m
}

// TestFrechetOfCollapsed: features of few dimensions through a ReLU, as a collapsed
// generator gives, against features of all. The oracle is another way to the same trace:
// the singular values of the product of the roots, these by singular values too.
func TestFrechetOfCollapsed(t *testing.T) {
	const dim, count = 16, 100
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		draw := func(rank int) moments {
			basis, values := make([]float64, rank*dim), make([]float32, count*dim)
			for i := range basis {
				basis[i] = r.NormFloat64()
			}
			for i := range count {
				for k := range rank {
					z := r.NormFloat64()
					for j := range dim {
						values[i*dim+j] += float32(z * basis[k*dim+j])
					}
				}
			}
			for i, v := range values {
				values[i] = max(v, 0)
			}
			return momentsOf(matrix{values: values, cols: dim})
		}
		a, b := draw(int(seed%6)), draw([]int{dim, 2}[seed%2])
		got, err := frechetDistance(a, b)
		want := bySingularValues(t, a, b)
		scale := mat.Trace(a.covariance) + mat.Trace(b.covariance)
		if err != nil || got < 0 || math.Abs(got-want) > 1e-5*scale {
			t.Errorf("seed %d: got %v, %v, want %v", seed, got, err, want)
		}
	}
}

func bySingularValues(t *testing.T, a, b moments) float64 {
	root := func(c *mat.SymDense) *mat.Dense {
		var svd mat.SVD
		if !svd.Factorize(c, mat.SVDFull) {
			t.Fatal("no singular values")
		}
		values := svd.Values(nil)
		for i, v := range values {
			values[i] = math.Sqrt(v)
		}
		var u, scaled, root mat.Dense
		svd.UTo(&u)
		scaled.Mul(&u, mat.NewDiagDense(len(values), values))
		root.Mul(&scaled, u.T())
		return &root
	}
	var product mat.Dense
	product.Mul(root(a.covariance), root(b.covariance))
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDNone) {
		t.Fatal("no singular values")
	}
	distance := mat.Trace(a.covariance) + mat.Trace(b.covariance)
	for _, v := range svd.Values(nil) {
		distance -= 2 * v
	}
	for j := range a.mean {
		distance += (a.mean[j] - b.mean[j]) * (a.mean[j] - b.mean[j])
	}
	return distance
}
